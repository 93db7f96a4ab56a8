// Plain JavaScript on purpose: it must run on any Node to be able to say which one is needed.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `keelway needs Node 24 or newer, this is ${process.versions.node}. Run it as "npx keelway" or "npm run …" from a checkout after "npm ci" (which brings Node 24 along), or install Node 24.`,
  )
  process.exit(2)
}
