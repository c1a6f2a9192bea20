"""A bot of WeCom 企业微信智能机器人, by a long connection or by callbacks."""
