"""Every bet for good, proven to the li. docs/archive.md says how."""
