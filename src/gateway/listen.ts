import type { AddressInfo, Server } from 'node:net'

/** How many ports after the wanted one are tried. */
const maxTries = 100

/**
 * Listens on `port`, or on the next free one after it when it is taken (0: any), and returns the port.
 * @param shared other processes that share it may listen on the port too; then there is no other port
 * @throws Error when none of them is free, or the address is not of this machine.
 */
export async function listenNear(
  server: Server,
  host: string,
  port: number,
  shared = false,
): Promise<number> {
  for (let offset = 0; ; offset++) {
    try {
      return await listen(server, { host, port: port + offset, reusePort: shared })
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!taken || shared || port === 0 || offset >= maxTries || port + offset >= 65_535) throw error
    }
  }
}

function listen(
  server: Server,
  options: { host: string; port: number; reusePort: boolean },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      // A TCP server's address is always an object.
      resolve((server.address() as AddressInfo).port)
    })
  })
}
