// @jitsu/js in node: every call once. Arguments: URL KEY MODE, where MODE is `s2s` or anything else.
import { jitsuAnalytics } from '@jitsu/js'

const [url, key, mode] = process.argv.slice(2)
const client = jitsuAnalytics({ host: url, writeKey: `${key}:secret`, s2s: mode === 's2s', fetchTimeoutMs: 10000 })
await client.identify('u1', { email: 'Ann@Example.com' })
await client.track('Order Completed', { order_id: 'o1', total: 9.9 })
await client.page({ name: 'Home' })
await client.group('g1', { plan: 'pro' })
