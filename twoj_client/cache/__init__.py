"""The window-aware cache above the signer, and its stores."""
