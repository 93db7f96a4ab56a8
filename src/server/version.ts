/** The Kubernetes level the API keeps to; clients read features from it. */
export const versionInfo = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+keelway',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: `${process.platform}/${process.arch}`,
} as const
