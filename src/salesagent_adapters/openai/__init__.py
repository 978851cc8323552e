"""A language model behind OpenAI's API, or behind any service that speaks it (``base_url``)."""
