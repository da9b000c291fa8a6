// @openfeature/ofrep-provider under the server SDK. Arguments: URL KEY. Prints what it resolved as JSON.
import { OpenFeature } from '@openfeature/server-sdk'
import { OFREPProvider } from '@openfeature/ofrep-provider'

const [url, key] = process.argv.slice(2)
await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: url, headers: [['Authorization', `Bearer ${key}`]] }))
const client = OpenFeature.getClient()
const ann = { targetingKey: 'u1', country: 'DE', age: 30 }
const resolved = {
  object: await client.getObjectDetails('homepage', {}, ann),
  slashed: await client.getObjectDetails('promo/home', {}, ann),
  number: await client.getNumberDetails('discount', -1, ann),
  text: await client.getStringDetails('headline', 'default', ann),
  boolean: await client.getBooleanDetails('beta', false, ann),
  nothing: await client.getNumberDetails('members', -1, ann),
  missing: await client.getStringDetails('nope', 'default', ann),
  nobody: await client.getStringDetails('headline', 'default', {}),
}
console.log(JSON.stringify(resolved))
