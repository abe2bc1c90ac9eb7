// Puts the questions of questions.json to @cloud-copilot/iam-simulate, and prints how many it answers a second of the processor.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const { policies, questions, principal, context } = JSON.parse(readFileSync('questions.json', 'utf8'))
const simulation = ([policy, action, resource]) => ({
  request: { principal, action, resource: { resource, accountId: '111122223333' }, contextVariables: context },
  identityPolicies: [{ name: 'policy', policy: policies[policy] }],
  serviceControlPolicies: [],
  resourceControlPolicies: [],
})

// it refuses questions on actions and resources that it does not know: those are answered, but not compared
const answer = async (question) => {
  const reply = await runSimulation(simulation(question), { simulationMode: 'Strict' })
  return reply.resultType === 'error' ? null : (reply.overallResult ?? reply.analysis?.result ?? null)
}

// warm up
for (const question of questions.slice(0, 200)) await answer(question)
const answers = []
const before = process.cpuUsage()
for (const question of questions) answers.push(await answer(question))
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ perSecond: (questions.length / (user + system)) * 1e6, answers }))
