import { writePrivateFile } from './private-file.ts'

export interface KubeconfigInput {
  /** Such as `https://127.0.0.1:6443`. */
  server: string
  /** PEM. */
  ca: string
  token: string
  user: string
}

/** Writes a kubeconfig (mode 0600) with one context, for kubectl and every other client. */
export function writeKubeconfig(file: string, { server, ca, token, user }: KubeconfigInput): void {
  // JSON strings are YAML strings.
  const text = JSON.stringify
  writePrivateFile(
    file,
    `apiVersion: v1
kind: Config
clusters:
  - name: keelway
    cluster:
      server: ${text(server)}
      certificate-authority-data: ${Buffer.from(ca).toString('base64')}
users:
  - name: ${text(user)}
    user:
      token: ${text(token)}
contexts:
  - name: keelway
    context:
      cluster: keelway
      user: ${text(user)}
      namespace: default
current-context: keelway
preferences: {}
`,
  )
}
