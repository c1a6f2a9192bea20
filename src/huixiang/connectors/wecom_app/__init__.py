"""Applications of a company in WeCom 企业微信自建应用: its members write to it and are answered by it."""
