"""Mail to the house's own people over SMTP; mail to leads never goes this way."""
