// analytics-node, Segment's older client: every call once, then flush. Arguments: URL KEY.
import Analytics from 'analytics-node'

const [url, key] = process.argv.slice(2)
const client = new Analytics(key, { host: url, flushAt: 20, errorHandler: (error) => console.error('error', error.message) })
client.identify({ userId: 'u1', traits: { email: 'Ann@Example.com' } })
client.track({
  userId: 'u1', anonymousId: 'a1', event: 'Order Completed', properties: { order_id: 'o1', total: 9.9 }, messageId: 'm-1',
})
client.page({ userId: 'u1', category: 'Docs', name: 'Home' })
client.screen({ userId: 'u1', name: 'Main' })
client.group({ userId: 'u1', groupId: 'g1' })
client.alias({ userId: 'u1', previousId: 'a1' })
await client.flush()
