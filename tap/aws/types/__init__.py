"""The AWS resource types, one file per service. Nothing but types is in here."""
