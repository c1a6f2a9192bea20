"""QQ: an official bot, by signed webhook and the v2 interface."""
