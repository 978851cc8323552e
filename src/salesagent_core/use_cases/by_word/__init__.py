"""Commands by word: the parts that ``follow_command`` is put together from."""
