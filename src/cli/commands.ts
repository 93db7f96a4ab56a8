import type { Command } from './command.ts'

/** Every command, loaded only when called so that `--help` and short commands start fast. */
export const commands: readonly { name: string; summary: string; load: () => Promise<Command> }[] = [
  {
    name: 'up',
    summary: 'start everything on this machine',
    load: async () => (await import('./up.ts')).up,
  },
  {
    name: 'demo',
    summary: 'see seven commits promoted, rejected and rolled back on real data',
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'crds',
    summary: 'print the CustomResourceDefinitions of all kinds',
    load: async () => (await import('./crds.ts')).crds,
  },
  {
    name: 'evaluate plan',
    summary: 'say how many labelled rows a condition needs',
    load: async () => (await import('./evaluate-plan.ts')).evaluatePlan,
  },
  {
    name: 'guard check',
    summary: 'say which texts try to take over the model',
    load: async () => (await import('./guard-check.ts')).guardCheck,
  },
  {
    name: 'guard pii',
    summary: 'find personal data in texts',
    load: async () => (await import('./guard-pii.ts')).guardPii,
  },
  {
    name: 'guard ground',
    summary: 'say how far answers are supported by their context',
    load: async () => (await import('./guard-ground.ts')).guardGround,
  },
  {
    name: 'anomalies',
    summary: 'say which values of a series are abnormal',
    load: async () => (await import('./anomalies.ts')).anomalies,
  },
  {
    name: 'rollout simulate',
    summary: 'say how often a rollout would promote, roll back or hold',
    load: async () => (await import('./rollout-simulate.ts')).rolloutSimulate,
  },
  {
    name: 'gateway',
    summary: 'answer model calls in a process of its own',
    load: async () => (await import('./gateway.ts')).gateway,
  },
  {
    name: 'record',
    summary: 'record what a provider answers, to be replayed',
    load: async () => (await import('./record.ts')).record,
  },
  {
    name: 'replay',
    summary: 'send labelled rows to a route and say how well it answers',
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  {
    name: 'logs templates',
    summary: 'find the kinds of lines in a log, and how many there are of each',
    load: async () => (await import('./logs-templates.ts')).logsTemplates,
  },
  {
    name: 'why',
    summary: 'explain and verify an answered call',
    load: async () => (await import('./why.ts')).whyCommand,
  },
  {
    name: 'key create',
    summary: 'create a key for the gateway',
    load: async () => (await import('./key-create.ts')).keyCreate,
  },
  {
    name: 'budget',
    summary: 'show what budgets have spent and left',
    load: async () => (await import('./budget.ts')).budget,
  },
  {
    name: 'monitor',
    summary: 'show objectives, error budgets, drift and providers that changed',
    load: async () => (await import('./monitor.ts')).monitor,
  },
  {
    name: 'monitor rules',
    summary: 'write rules for Prometheus and dashboards for Grafana',
    load: async () => (await import('./monitor-rules.ts')).monitorRules,
  },
  {
    name: 'usage',
    summary: 'sum what calls used, cost and saved',
    load: async () => (await import('./usage.ts')).usageCommand,
  },
  {
    name: 'label',
    summary: 'label the calls that most need a person, and calibrate scorers',
    load: async () => (await import('./label.ts')).label,
  },
  {
    name: 'rollout watch',
    summary: 'follow the candidate of a route',
    load: async () => (await import('./rollout-watch.ts')).rolloutWatch,
  },
  {
    name: 'rollout promote',
    summary: 'promote a candidate now',
    load: async () => (await import('./rollout-promote.ts')).rolloutPromote,
  },
  {
    name: 'rollout abort',
    summary: 'take traffic away from a candidate',
    load: async () => (await import('./rollout-abort.ts')).rolloutAbort,
  },
  {
    name: 'rollout override',
    summary: 'try a held release again',
    load: async () => (await import('./rollout-override.ts')).rolloutOverride,
  },
  {
    name: 'approve',
    summary: 'approve a proposal, or a release that waits for people',
    load: async () => (await import('./approve.ts')).approve,
  },
  {
    name: 'reject',
    summary: 'reject a proposal, or take back a release',
    load: async () => (await import('./reject.ts')).reject,
  },
  {
    name: 'proposal',
    summary: 'show proposals: what, why, diff, gates, approvals, what next',
    load: async () => (await import('./proposal.ts')).proposal,
  },
  {
    name: 'outcomes',
    summary: 'show what proposals led to and what that taught',
    load: async () => (await import('./outcomes.ts')).outcomes,
  },
  {
    name: 'outcomes reset',
    summary: 'forget what outcomes taught',
    load: async () => (await import('./outcomes-reset.ts')).outcomesReset,
  },
  {
    name: 'token create',
    summary: 'create a token that names a user',
    load: async () => (await import('./token-create.ts')).tokenCreate,
  },
  {
    name: 'controllers',
    summary: 'run the controllers against any API server',
    load: async () => (await import('./controllers.ts')).controllers,
  },
  {
    name: 'prompt preview',
    summary: 'show the messages that a prompt makes of a request',
    load: async () => (await import('./prompt-preview.ts')).promptPreview,
  },
  {
    name: 'prompt diff',
    summary: 'show how two prompts differ',
    load: async () => (await import('./prompt-diff.ts')).promptDiff,
  },
  {
    name: 'prompt import',
    summary: 'make Prompts of dotprompt files or a Langfuse export',
    load: async () => (await import('./prompt-import.ts')).promptImport,
  },
  {
    name: 'incident',
    summary: 'show what is wrong now, or one incident with its timeline',
    load: async () => (await import('./incident.ts')).incident,
  },
  {
    name: 'incident acknowledge',
    summary: 'say that you are at an incident',
    load: async () => (await import('./incident-decision.ts')).incidentAcknowledge,
  },
  {
    name: 'incident close',
    summary: 'close an incident',
    load: async () => (await import('./incident-decision.ts')).incidentClose,
  },
  {
    name: 'diagnose',
    summary: 'say what is wrong, where and why, with evidence',
    load: async () => (await import('./diagnose.ts')).diagnose,
  },
  {
    name: 'bundle create',
    summary: 'write what is known of an incident into a folder',
    load: async () => (await import('./bundle-create.ts')).bundleCreate,
  },
  {
    name: 'bundle show',
    summary: 'say what is in an evidence bundle',
    load: async () => (await import('./bundle-show.ts')).bundleShow,
  },
  {
    name: 'ask',
    summary: 'ask in plain words, or for something to be proposed',
    load: async () => (await import('./ask.ts')).ask,
  },
  {
    name: 'skills',
    summary: 'list what can be asked for',
    load: async () => (await import('./skill.ts')).skillList,
  },
  {
    name: 'skill',
    summary: 'run one skill with typed input',
    load: async () => (await import('./skill.ts')).skill,
  },
  {
    name: 'skill replay',
    summary: 'repeat a run from its record',
    load: async () => (await import('./skill.ts')).skillReplay,
  },
  {
    name: 'mcp',
    summary: 'serve the skills to clients of the Model Context Protocol',
    load: async () => (await import('./mcp.ts')).mcp,
  },
  {
    name: 'policy test',
    summary: 'say what ValidatingAdmissionPolicies would say about manifests, without a server',
    load: async () => (await import('./policy-test.ts')).policyTest,
  },
]
