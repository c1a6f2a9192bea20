"""Discord: a bot, by the gateway and REST; slash commands by signed calls."""
