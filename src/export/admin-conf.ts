import { parse } from 'yaml'
import * as z from 'zod'
import { HakubeError } from '../errors.ts'

/** What an export adds to a kubeconfig. It holds keys: it goes into the file and nowhere else. */
export interface Credentials {
  context: string
  clusterName: string
  userName: string
  cluster: Record<string, unknown>
  user: Record<string, unknown>
  namespace: string | undefined
}

const named = <T extends z.ZodType>(key: string, value: T) =>
  z.looseObject({ name: z.string(), [key]: value })
const fields = z.record(z.string(), z.unknown())
const Config = z.looseObject({
  kind: z.literal('Config'),
  'current-context': z.string(),
  clusters: z.array(named('cluster', fields)),
  users: z.array(named('user', fields)),
  contexts: z.array(
    z.looseObject({
      name: z.string(),
      context: z.looseObject({ cluster: z.string(), user: z.string(), namespace: z.string().optional() }),
    }),
  ),
})

/** Fields that name files of the host that the configuration came from. */
const FILES = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']

/**
 * The current context of a node's admin.conf, with another server. Throws HakubeError `admin-conf`; its message
 * shows nothing of the content, which is a key to the whole cluster.
 */
export function readAdminConf(text: string, from: string, server: string): Credentials {
  const config = read(text, from)
  const name = config['current-context']
  const context = config.contexts.find((one) => one.name === name)?.context
  const cluster = fieldsOf(config.clusters, context?.cluster, 'cluster')
  const user = fieldsOf(config.users, context?.user, 'user')
  if (!context || !cluster || !user) {
    throw bad(from, 'its current context, or the cluster or user of it, is not there')
  }
  const files = FILES.filter((field) => field in cluster || field in user)
  if (files.length > 0) {
    throw bad(from, `it names files of its host (${files.join(', ')}), which are no use elsewhere`)
  }
  return {
    context: name,
    clusterName: context.cluster,
    userName: context.user,
    cluster: { ...cluster, server },
    user,
    namespace: context.namespace,
  }
}

function read(text: string, from: string): z.output<typeof Config> {
  let data: unknown
  try {
    data = parse(text)
  } catch {
    // The parser's message would show a line of the file.
    throw bad(from, 'it is no YAML')
  }
  const result = Config.safeParse(data)
  if (result.success) return result.data
  const where = result.error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ')
  throw bad(from, `it is no kubeconfig (${where})`)
}

function fieldsOf(
  entries: readonly Record<string, unknown>[],
  name: string | undefined,
  key: string,
): Record<string, unknown> | undefined {
  const found = fields.safeParse(entries.find((entry) => entry['name'] === name)?.[key])
  return found.success ? found.data : undefined
}

function bad(from: string, why: string): HakubeError {
  return new HakubeError(`${from} cannot be used: ${why}`, {
    code: 'admin-conf',
    hint: 'name the file that kubeadm wrote with --admin-conf; it has the keys within itself',
  })
}

/** The same under other names: one for the context and the cluster, and the user's after it. */
export function renamed(credentials: Credentials, name: string): Credentials {
  return { ...credentials, context: name, clusterName: name, userName: `${name}-admin` }
}
