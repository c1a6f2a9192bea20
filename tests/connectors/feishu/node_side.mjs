// Feishu's own node library at the other end: its event dispatcher on calls given as JSON on the standard input.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../../frontend/package.json', import.meta.url));
const lark = require('@larksuiteoapi/node-sdk');
const asked = JSON.parse(readFileSync(0, 'utf8'));
const quiet = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };

const told = [];
for (const [headers, body] of asked.calls) {
  const texts = [];
  const dispatcher = new lark.EventDispatcher({
    encryptKey: asked.key, verificationToken: asked.token, logger: quiet,
  }).register({ 'im.message.receive_v1': (data) => { texts.push(data.message.content); } });
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const call = Object.assign(Object.create({ headers: lower }), JSON.parse(body));
  if (!lower['x-lark-signature']) { // only the test of the address comes unsigned
    told.push(lark.generateChallenge(call, { encryptKey: asked.key }).challenge);
    continue;
  }
  await dispatcher.invoke(call);
  told.push(texts);
}
console.log(JSON.stringify(told));
