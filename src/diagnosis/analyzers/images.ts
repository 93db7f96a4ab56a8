import type { Container } from '../cluster/pod.ts'

/** A reference to an image, taken apart (github.com/distribution/reference). */
export interface ImageName {
  registry: string
  repository: string
  tag?: string
  digest?: string
}

/** Undefined when no container runtime would take it. */
export function imageName(text: string): ImageName | undefined {
  const [, rest = '', digest] = /^([^@]{1,500})(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? []
  const slash = rest.lastIndexOf('/')
  const colon = rest.indexOf(':', slash + 1)
  const path = colon < 0 ? rest : rest.slice(0, colon)
  const tag = colon < 0 ? undefined : rest.slice(colon + 1)
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return undefined
  const parts = path.split('/')
  const [first = ''] = parts
  const registry = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost') ? first : ''
  const repository = (registry ? parts.slice(1) : parts).join('/')
  if (!/^[a-z0-9]+([._-]+[a-z0-9]+|\/[a-z0-9]+){0,60}$/.test(repository)) return undefined
  return { registry, repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) }
}

/** What official images do unless they are told otherwise (their pages at hub.docker.com). */
export interface KnownImage {
  ports: readonly number[]
  /** Runs as root unless the pod says otherwise. */
  root?: true
  /** Ends at once unless one of these variables is set. */
  needs?: readonly string[]
  /** Folders it writes to. */
  writes?: readonly string[]
  /** Paths that it serves without configuration; others answer 404. */
  paths?: readonly string[]
  /** Its default command ends when nothing is attached. */
  idle?: true
}

const images: Readonly<Record<string, KnownImage>> = {
  nginx: { ports: [80], root: true, writes: ['/var/cache/nginx', '/var/run'], paths: ['/', '/index.html'] },
  httpd: { ports: [80], root: true, writes: ['/usr/local/apache2/logs'], paths: ['/', '/index.html'] },
  redis: { ports: [6379] },
  valkey: { ports: [6379] },
  postgres: {
    ports: [5432],
    needs: ['POSTGRES_PASSWORD', 'POSTGRES_PASSWORD_FILE', 'POSTGRES_HOST_AUTH_METHOD'],
    writes: ['/var/lib/postgresql', '/var/run/postgresql'],
  },
  mysql: {
    ports: [3306],
    needs: [
      'MYSQL_ROOT_PASSWORD',
      'MYSQL_ROOT_PASSWORD_FILE',
      'MYSQL_ALLOW_EMPTY_PASSWORD',
      'MYSQL_RANDOM_ROOT_PASSWORD',
    ],
    writes: ['/var/lib/mysql', '/var/run/mysqld'],
  },
  mariadb: {
    ports: [3306],
    needs: [
      'MARIADB_ROOT_PASSWORD',
      'MARIADB_ROOT_PASSWORD_FILE',
      'MARIADB_ROOT_PASSWORD_HASH',
      'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD',
      'MARIADB_RANDOM_ROOT_PASSWORD',
      'MYSQL_ROOT_PASSWORD',
      'MYSQL_ROOT_PASSWORD_FILE',
      'MYSQL_ALLOW_EMPTY_PASSWORD',
      'MYSQL_RANDOM_ROOT_PASSWORD',
    ],
    writes: ['/var/lib/mysql', '/run/mysqld'],
  },
  mongo: { ports: [27017], writes: ['/data/db'] },
  rabbitmq: { ports: [5672, 15672, 15692, 4369, 25672] },
  memcached: { ports: [11211] },
  elasticsearch: { ports: [9200, 9300] },
  traefik: { ports: [80, 443, 8080], root: true },
  haproxy: { ports: [] },
  busybox: { ports: [], root: true, idle: true },
  alpine: { ports: [], root: true, idle: true },
  ubuntu: { ports: [], root: true, idle: true },
  debian: { ports: [], root: true, idle: true },
  python: { ports: [], root: true, idle: true },
  node: { ports: [], root: true, idle: true },
  golang: { ports: [], root: true, idle: true },
}

/** What is known of an official image; those of others, though named the same, may do anything. */
export function knownImage({ image = '' }: Pick<Container, 'image'>): KnownImage | undefined {
  const name = imageName(image)
  if (!name || !/^(docker\.io|index\.docker\.io|)$/.test(name.registry)) return undefined
  const short = name.repository.replace(/^library\//, '')
  return Object.hasOwn(images, short) ? images[short] : undefined
}

/** Whether the image's own command runs, with its own configuration as far as the pod tells. */
export const runsAsBuilt = ({ command, args }: Container): boolean =>
  (command === undefined || command.length === 0) && (args === undefined || args.length === 0)
