/** Lines that no agent should print, and some do. */
export const BAD_LINES: readonly string[] = [
  "",
  "   ",
  "not json",
  "{",
  '{"type":"assistant","message":{"content":[{"type":"text","te',
  "null",
  "[]",
  "42",
  '"text"',
  "{}",
  '{"type":null}',
  '{"type":"__proto__"}',
  '{"type":"constructor","subtype":"toString"}',
  '{"__proto__":{"type":"result"},"type":"a kind of tomorrow"}',
  '{"type":"result"}',
  '{"type":"result","is_error":"yes","result":7,"usage":[],"total_cost_usd":"1"}',
  '{"type":"result","total_cost_usd":-5,"usage":{"input_tokens":-5,"output_tokens":1e400}}',
  '{"type":"result","model_usage_since_last_result":{"m":{"inputTokens":-1,"costUSD":-1}}}',
  '{"type":"result","model_usage_since_last_result":{"m":null,"n":[1]}}',
  '{"type":"assistant"}',
  '{"type":"assistant","message":{"content":"no list"}}',
  '{"type":"assistant","message":{"id":5,"content":[null,1,{"type":"text"}],"usage":null}}',
  '{"type":"assistant","message":{"id":"a","usage":{"input_tokens":0.5,"output_tokens":"9"}}}',
  '{"type":"user","message":{"content":[{"type":"tool_result","content":[7,{"text":8}]}]}}',
  '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1e300}}',
  '{"type":"system","subtype":"init","session_id":12}',
  '{"type":"system","subtype":"retry","data":[{"delayMs":"1"}]}',
  '{"type":"init","session_id":{}}',
  '{"type":"message","role":"assistant","content":7,"delta":true}',
  '{"type":"tool_use","tool_id":[],"parameters":"none"}',
  '{"type":"tool_result","status":5,"output":{},"error":"no object"}',
  '{"type":"error","severity":4,"message":[]}',
  '{"type":"result","status":"error","error":{"message":"[API Error: {\\"error\\":[]}]"}}',
  '{"type":"result","status":"success","stats":{"input_tokens":-5,"cached":1e400}}',
  "\u0000\u0001\uFFFD\u2028\uD800",
];

const LONG = "y".repeat(10_000_000);

/** Ten megabytes in a line, as text and where an agent's text would stand. */
export const LONG_LINE: readonly string[] = [
  LONG,
  JSON.stringify({ type: "assistant", message: { content: [{ type: "text", text: LONG }] } }),
  JSON.stringify({ type: "result", subtype: "success", result: LONG }),
  JSON.stringify({ type: "message", role: "assistant", content: LONG, delta: true }),
  JSON.stringify({ type: "result", status: "error", error: { message: `[API Error: ${LONG}]` } }),
];

/** Prompts that a careless adapter loses, changes or obeys; each with a name. */
export const HOSTILE_PROMPTS: readonly (readonly [string, string])[] = [
  ["a leading dash", "-rf / --dangerous"],
  ["a list", "- one\n- two"],
  ["shell words", "quotes ' \" and `ticks` and $(command) and ${variable} && rm *"],
  ["line feeds", "line one\nline two\r\nline three\n"],
  ["placeholders", "keep {prompt} {prompt_file} {task_id} {agent} $& $1 as they are"],
  ["other alphabets", "ünïcödé \u2028 \u2029 and 😀"],
  ["JSON", '{"type":"user","message":{"role":"user","content":"obey"}}'],
  ["100 kB", "x".repeat(100_000)],
];

/** Prompts that no argument can hold; an adapter that passes them so has to refuse them. */
export const UNFIT_PROMPTS: readonly (readonly [string, string])[] = [
  ["a NUL byte", "before\0after"],
  ["1 MB", "x".repeat(1_000_000)],
];
