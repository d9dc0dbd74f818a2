"""What is said of a wrong setting, by whoever finds it wrong."""


class SettingsError(Exception):
    """A setting is wrong. Its text is one line that names the setting and what it expects."""
