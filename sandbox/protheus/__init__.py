"""The stand-in for Protheus."""
