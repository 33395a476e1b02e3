// Holds conversations with tools through the AI SDK, which is as strict as the agents built on it.
//
// One JSON object a line comes in for each conversation, and one goes out: the calls for which a
// tool was really run, the text of the last answer, and the error that ended it, if one did.

import { createInterface } from 'node:readline';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';

const LONGEST_MS = 15_000;

function options({ url, key, model, tools, forced }, calls) {
  const provider = createOpenAICompatible({ name: 'wiremend', baseURL: url, apiKey: key });
  const declared = tools.map(({ name, parameters }) => [
    name,
    tool({
      inputSchema: jsonSchema(parameters),
      execute: (input) => {
        calls.push({ name, input });
        return 'fine';
      },
    }),
  ]);
  return {
    model: provider(model),
    prompt: 'Go.',
    tools: Object.fromEntries(declared),
    toolChoice: forced ? { type: 'tool', toolName: forced } : 'auto',
    // Arguments that cannot be read end it: the SDK would tell the model and go on.
    stopWhen: [stepCountIs(2), ({ steps }) => steps.at(-1).toolCalls.some((call) => call.invalid)],
    maxRetries: 0,
    abortSignal: AbortSignal.timeout(LONGEST_MS),
  };
}

async function hold(asked) {
  const calls = [];
  const settings = options(asked, calls);
  try {
    if (!asked.stream) {
      const { text } = await generateText(settings);
      return { calls, text };
    }
    let failure = null;
    const onError = ({ error }) => {
      failure ??= error;
    };
    const result = streamText({ ...settings, onError });
    await result.consumeStream({ onError: (error) => onError({ error }) });
    if (failure !== null) {
      throw failure;
    }
    return { calls, text: await result.text };
  } catch (error) {
    return { calls, error: error?.message || JSON.stringify(error) || 'no message' };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await hold(JSON.parse(line)))}\n`);
}
