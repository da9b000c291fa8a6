// @rudderstack/rudder-sdk-node: every call once, then flush. Arguments: URL KEY GZIP.
import Analytics from '@rudderstack/rudder-sdk-node'

const [url, key, gzip] = process.argv.slice(2)
const client = new Analytics(key, { dataPlaneUrl: url, gzip: gzip !== 'plain', flushAt: 20, flushInterval: 200 })
client.identify({ userId: 'u1', traits: { email: 'Ann@Example.com' } })
client.track({
  userId: 'u1', anonymousId: 'a1', event: 'Order Completed', properties: { order_id: 'o1', total: 9.9 }, messageId: 'm-1',
})
client.page({ userId: 'u1', category: 'Docs', name: 'Home' })
client.screen({ userId: 'u1', name: 'Main' })
client.group({ userId: 'u1', groupId: 'g1', traits: { plan: 'pro' } })
client.alias({ userId: 'u1', previousId: 'a1' })
await new Promise((done) => setTimeout(done, 500))
await client.flush()
process.exit(0)
