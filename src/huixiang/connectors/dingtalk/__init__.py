"""DingTalk: a robot of an application, by Stream or by HTTP."""
