// Two libraries of others encrypt, decrypt and sign what they are told to: a JSON list in, a JSON list out.
const { createRequire } = require("node:module");
const path = require("node:path");
const { readFileSync } = require("node:fs");

const there = createRequire(path.join(__dirname, "../../../frontend/package.json"));
const wecom = there("@wecom/crypto");
const WechatCrypto = there("wechat-crypto");

const libraries = {
  "@wecom/crypto": ({ token, key, receiver }) => ({
    sign: ({ timestamp, nonce, encrypt }) => wecom.getSignature(token, timestamp, nonce, encrypt),
    encrypt: ({ text }) => wecom.encrypt(key, text, receiver),
    decrypt: ({ encrypt }) => {
      const { message, id } = wecom.decrypt(key, encrypt);
      return [message, id];
    },
  }),
  "wechat-crypto": ({ token, key, receiver }) => {
    const side = new WechatCrypto(token, key, receiver);
    return {
      sign: ({ timestamp, nonce, encrypt }) => side.getSignature(timestamp, nonce, encrypt),
      encrypt: ({ text }) => side.encrypt(text),
      decrypt: ({ encrypt }) => {
        const { message, id } = side.decrypt(encrypt);
        return [message, id];
      },
    };
  },
};

const wanted = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(wanted.map((one) => libraries[one.library](one)[one.what](one))));
