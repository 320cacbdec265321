"""The look that every page shares: styles, fonts, templates. No rules of any service live here."""
