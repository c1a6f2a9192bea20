"""WeCom customer service 微信客服: people in WeChat write, we are told that they did, fetch it and answer."""
