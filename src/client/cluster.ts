/** Where an API server is and as whom to speak to it. */
export interface Cluster {
  /** `https://host:port`, with a path prefix when the server has one. */
  server: string
  /** PEM certificates to trust instead of the system's. */
  ca?: string
  /** Name expected in the server's certificate when it is not the host of `server`. */
  serverName?: string
  /** Accept any certificate; only for tries on one's own machine. */
  insecure?: boolean
  credentials: Credentials
  /** Namespace to use when none is named. */
  namespace?: string
}

export type Credentials =
  | { type: 'none' }
  | { type: 'token'; token: string }
  /** Read again every minute, since service account tokens are exchanged. */
  | { type: 'token-file'; file: string }
  | { type: 'certificate'; cert: string; key: string }
  | { type: 'basic'; username: string; password: string }
