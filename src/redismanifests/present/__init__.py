"""Present: formats results for users and programs; only this area and the command line do."""
