// @segment/analytics-node: every call once, then flush. Arguments: URL KEY.
import { Analytics } from '@segment/analytics-node'

const [url, key] = process.argv.slice(2)
const client = new Analytics({ writeKey: key, host: url })
client.on('error', (error) => console.error('error', error.code, String(error.reason)))
client.identify({ userId: 'u1', traits: { email: 'Ann@Example.com' } })
client.track({
  userId: 'u1', anonymousId: 'a1', event: 'Order Completed', properties: { order_id: 'o1', total: 9.9 },
  messageId: 'm-1', timestamp: new Date('2026-01-02T03:04:05Z'),
})
client.page({ userId: 'u1', category: 'Docs', name: 'Home', properties: { url: 'https://shop.example/' } })
client.screen({ userId: 'u1', name: 'Main' })
client.group({ userId: 'u1', groupId: 'g1', traits: { plan: 'pro' } })
client.alias({ userId: 'u1', previousId: 'a1' })
await client.closeAndFlush({ timeout: 10000 })
