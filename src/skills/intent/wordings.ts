const symptoms = [
  ...[
    'is slow',
    'lags',
    'hangs',
    'times out',
    'fails',
    'crashes',
    'restarts all the time',
    'is unavailable',
    'is overloaded',
  ],
  ...[
    'returns errors',
    'throws exceptions',
    'gives 5xx',
    'stopped working',
    'behaves strangely',
    'drops connections',
  ],
  ...[
    'refuses connections',
    'loses messages',
    'is unstable',
    'got stuck',
    'does not come up',
    'does not start',
    'is not ready',
  ],
  ...[
    'has high latency',
    'has many errors',
    'has a high error rate',
    'is not healthy',
    'produces garbage',
    'dies again and again',
  ],
]
const frames = [
  ...[
    'why does it look like {service} SYMPTOM',
    'SINCE {service} SYMPTOM',
    'any idea why {service} SYMPTOM',
    '{service} SYMPTOM, why',
  ],
  ...[
    'find out why {service} SYMPTOM',
    '{service} SYMPTOM, what is going on',
    'users say that {service} SYMPTOM',
    '{service} SYMPTOM since {since}',
  ],
  ...[
    'pods of {service} SYMPTOM',
    'it seems that {service} SYMPTOM',
    'what makes {service} look like it SYMPTOM',
    'help, {service} SYMPTOM',
  ],
]

/** Complaints: each symptom in two frames or three. */
const complaints: readonly string[] = symptoms.flatMap((symptom, number) =>
  [0, 5, 9].map(step =>
    (frames[(number + step) % frames.length] ?? '').replace('SYMPTOM', symptom).replace('SINCE ', ''),
  ),
)

/** Wordings apart by bars and line ends. */
const said = (text: string): string[] =>
  text
    .split(/[|\n]/)
    .map(wording => wording.trim())
    .filter(wording => wording !== '')

/**
 * More ways to ask for the skills that come with Keelway, beside the phrases that each skill has: the intent model needs
 * many. A skill that is not there is passed over. Slots in braces are names of fields, as in phrases.
 */
export const wordings: Readonly<Record<string, readonly string[]>> = {
  diagnose: [
    ...complaints,
    ...said(`
what is going on with {service} | whats up with {service} | something is off with {service}
is {service} ok | {service} is down | {service} is broken | {service} went down
{service} does not respond | {service} hangs | {service} is unreachable | {service} is flapping
{service} keeps restarting | {service} keeps crashing | pods of {service} keep restarting
pods of {service} do not start | {service} crashes at start | {service} never gets ready
{service} is stuck pending | why is {service} in crashloopbackoff | why does {service} return errors
requests to {service} fail | {service} returns 503 | {service} answers with errors since {since}
too many errors in {service} | errors in {service} went up | latency of {service} went up
response times of {service} are bad | p99 of {service} is high | {service} got slower since {since}
customers say that {service} does not work | people report problems with {service}
we get complaints about {service} | what happened at {since} | what happened between {since} and {until}
what happened in {namespace} | what went wrong {since} | what is broken | is something wrong
are there any problems right now | is everything healthy | anything failing in {namespace}
find the root cause of {incident} | what caused {incident} | look into {incident} | analyse {incident}
why did {incident} happen | why did we get paged | why is the alert of {service} firing
where do the errors come from | which service is the culprit | debug {service} | troubleshoot {service}
check {service} for problems | health of {service} | why did {service} die {since}
explain the outage of {service} | explain why {service} is failing
what is the reason for the errors of {service}
  `),
  ],
  'explain-change': said(`
what is in commit {commit} | show commit {commit} | explain commit {commit} | describe {commit}
what does {commit} do | who wrote {commit} | who made the last change of {service}
who changed {service} | who deployed {service} {since} | what changed in {service}
what changed since {since} | what was deployed {since} | which commits were applied {since}
recent changes of {service} | latest deploy of {service} | list the changes of {service}
history of {service} | what was the last thing that we shipped | what did we ship {since}
what is different in {service} now | diff of {commit} | was {commit} risky
what did the last commit touch | when was {service} changed | when was {service} last deployed
explain this change {commit} | summary of the changes {since} | what is new in {service} since {since}
anything deployed lately
  `),
  remediate: said(`
fix {service} | fix {incident} | repair {service} | mend {incident} | heal {service}
make {service} work again | what can we do about {incident} | what should i do about {service}
how do we fix {service} | how can {incident} be resolved | propose a remedy for {service}
propose a fix | suggest a fix for {incident} | find a solution for {service} | resolve {incident}
open a pull request to fix {service} | get {service} back up | get {service} running again
bring {service} back | solve the problem of {service} | what would help {service}
remedy for {incident} | take care of {incident} | do something about {service}
stop the errors of {service}
  `),
  rollback: said(`
revert {commit} | undo {commit} | take {commit} back | back out {commit} | git revert {commit}
drop commit {commit} | roll {service} back | roll back the last deploy of {service} | rollback {route}
revert {route} to the release before | go back to the last good version of {service}
return {service} to what it was | restore the previous version of {service}
undo what was done to {service} {since} | undo the latest change of {service}
put back the old settings of {service} | downgrade {service} | switch {service} back
revert the change that caused {incident} | unroll the deploy of {service}
the last version of {service} was better, go back
  `),
  'right-size': said(`
what resources does {service} need | how much cpu does {service} need
how much memory does {service} use at most | are the requests of {service} right
are the limits of {service} too generous | is {service} too big | is {service} oversized
does {service} waste memory | we reserve too much for {service} | save resources of {service}
make {service} smaller | recommend resources for {service} | vpa recommendation for {service}
suggest requests for {service} | optimise the resources of {service}
requests and limits by real usage of {service} | fit {service} to its usage
which workloads are oversized | reduce what {service} reserves | sizing of {service}
tighten the requests of {service} | are we overpaying for the cpu of {service}
  `),
  scale: said(`
{service} to {replicas} replicas | set {service} to {replicas} pods
run {replicas} instances of {service} | i want {replicas} of {service} | scale {service} up
scale {service} down | scale out {service} | scale in {service} | add replicas to {service}
more pods for {service} | fewer pods of {service} | add more instances of {service}
double the replicas of {service} | how many replicas should {service} have
does {service} have enough replicas | is {service} at its max replicas
the autoscaler of {service} is at its limit | raise the maximum of the autoscaler of {service} to {max}
hpa of {service} cannot go higher | max replicas {max} for {service} | {service} needs more capacity
{service} cannot keep up with traffic | increase replicas of {service} | decrease replicas of {service}
replica count {replicas} for {service}
  `),
  'tune-probe': said(`
liveness probe of {service} | readiness probe of {service} fails | startup probe for {service}
{service} is killed by its liveness probe | {service} starts slowly and its probe kills it
longer probe timeout for {service} | raise the failure threshold of {service}
increase initialDelaySeconds of {service} | the probe of {service} is too strict
probe of {service} is too aggressive | health check of {service} is too strict
health checks of {service} time out | adjust the probes of {service} | fix the probe of {service}
give {service} more time to start | kubelet restarts {service} because the probe fails
probe period of {service}
  `),
  'tune-limit': said(`
memory limit of {service} to {value} | set the memory limit of {service} to {value}
raise the limit of {service} | increase the memory limit of {service} | {service} hits its memory limit
{service} is oomkilled | {service} gets oom killed, raise its limit | {service} needs more memory
more memory for {service} | give {service} {value} of memory | {service} is cpu throttled
raise the cpu limit of {service} | remove the throttling of {service} | cpu limit {value} for {service}
limit of {service} is too low | lower the memory limit of {service} | timeout of {route} is too short
raise the timeout of {route} | more output tokens for {route} | max tokens of {route} to {value}
container limit of {service}
  `),
  'tune-quota': said(`
quota of {namespace} is full | quota of {namespace} is too low | raise the quota of {namespace}
exceeded quota in {namespace} | forbidden: exceeded quota | resource quota of {namespace}
increase the resourcequota | how much quota is left in {namespace}
pods are refused because of the quota | quota blocks new pods | is the quota enough
extend the quota of {namespace} | adjust the quota | we are out of quota
quota for cpu in {namespace} is used up | {service} is refused by the quota
  `),
  'fix-reference': said(`
{service} references a missing configmap | {service} mounts a secret that is missing
secret of {service} not found | configmap of {service} does not exist
service {service} has no endpoints | selector of {service} does not match
labels of {service} do not match its selector | wrong selector of {service} | port of {service} is wrong
target port of {service} does not match | ingress of {service} points to nothing
ingress backend of {service} does not exist | hpa of {service} points to a missing deployment
service account of {service} is missing | wrong name in {service} | typo in the reference of {service}
fix the selector of {service} | fix broken references | fix the dangling reference of {service}
pvc of {service} not found
  `),
  runbook: said(`
runbook for {service} | runbook for {incident} | write a runbook | is there a runbook for {service}
playbook for {service} | make a playbook | what are the steps to recover {service}
steps to check {service} | how do i check {service} by hand | which commands should i run for {incident}
step by step instructions for {service} | checklist for {incident} | procedure for outages of {service}
document how to handle {service} | what do i do when {service} fails again | on-call guide for {service}
instructions for whoever is on call for {service}
  `),
  postmortem: said(`
postmortem for {incident} | post mortem of {incident} | write a postmortem
draft the postmortem for {service} | incident report of {incident} | incident review of {incident}
retrospective for {incident} | timeline of {incident} | impact of {incident}
summarise {incident} for the review | write up {incident} | write up what happened in {incident}
report about the outage of {service} | rca document for {incident} | after action report for {incident}
lessons of {incident} | blameless review of {incident} | document {incident}
  `),
  'suggest-alert': said(`
alerts for {service} | suggest alerts for {service} | which alerts are missing for {service}
alert on errors of {service} | create an alert for {service} | alarm for {service}
notify me when {service} is slow | tell me when {service} fails | page us when {service} is down
monitor {service} | slo for {service} | define an objective for {service}
set up monitoring for {service} | what should we alert on for {service}
what would have caught {incident} earlier | how could we have noticed {incident} sooner
thresholds for {service} | burn rate alert for {service} | alerting for {route}
  `),
  'suggest-dashboard': said(`
dashboard for {service} | create a dashboard for {service} | grafana dashboard for {service}
graphs for {service} | charts of {service} | panels for {service}
which metrics should i plot for {service} | what should a dashboard of {service} show
visualise {service} | plot the metrics of {service} | board for {route} | i need a dashboard
overview page for {service} | suggest a dashboard | build a board with latency and errors of {service}
what to watch for {service} on one screen | dashboard with the tokens of {route}
  `),
  'cost-anomaly': said(`
why did costs go up | why is the bill so high | what costs so much | cost anomalies
cost anomalies since {since} | unusual costs of {service} | unusual costs in {namespace}
costs of {route} jumped | spend of {route} went up | tokens of {route} exploded
who uses so many tokens | what is burning money | where does the money go | expensive calls of {route}
why is {route} so expensive | what is the most expensive service | cost spike {since}
did spending change {since} | budget of {route} is used up, why | cost increase of {service}
what did we spend more on {since}
  `),
  'summarise-release': said(`
summarise {release} | summary of {release} | what is in {release} | release notes of {release}
release notes for {route} | tell me about {release} | status of {release}
how is the rollout of {route} going | how far is the candidate of {route} | did {release} pass its gates
why was {release} rejected | why was {release} rolled back | what is new in the release of {route}
latest release of {route} | summarise the last release of {route} | verdict on {release}
evaluation of {release} | what changed between releases of {route} | is {release} live
  `),
  'prompt-regression': said(`
which prompt change made {route} worse | which prompt commit lowered the score of {route}
did the prompt of {route} regress | quality of {route} dropped
quality of {route} dropped since {since} | answers of {route} are bad | answers of {route} got worse
score of {route} fell | groundedness of {route} fell | {route} hallucinates since {since}
which edit of {prompt} broke it | did {prompt} get worse | compare the versions of {prompt}
regression of {prompt} | is the new {prompt} worse than the old one
who made the answers of {route} worse | accuracy of {route} went down | find the bad prompt commit
  `),
}
