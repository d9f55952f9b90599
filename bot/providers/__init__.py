"""One module per provider; each is found by its presence here (``bot.provider.providers``)."""
