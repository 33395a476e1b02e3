<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AdviceBar</name>
    <message>
        <source>Turn on</source>
        <translation>开启</translation>
    </message>
    <message>
        <source>Turn on {fix}</source>
        <translation>开启“{fix}”</translation>
    </message>
    <message>
        <source>{fix} is on now: it acts from the next request on.</source>
        <translation>“{fix}”已开启：从下一个请求起生效。</translation>
    </message>
    <message>
        <source>▲ {fix} would have mended this answer in 1 place.</source>
        <translation>▲ “{fix}”本可修复该回答中的 1 处问题。</translation>
    </message>
    <message>
        <source>▲ {fix} would have mended this answer in {count} places.</source>
        <translation>▲ “{fix}”本可修复该回答中的 {count} 处问题。</translation>
    </message>
    <message>
        <source>1 more fix helps.</source>
        <translation>另有 1 项修复也有帮助。</translation>
    </message>
    <message>
        <source>{count} more fixes help.</source>
        <translation>另有 {count} 项修复也有帮助。</translation>
    </message>
    <message>
        <source>With passthrough nothing is mended.</source>
        <translation>原样透传时不会修复任何内容。</translation>
    </message>
</context>
<context>
    <name>Agent</name>
    <message>
        <source>In Cline&apos;s settings choose API Provider: OpenAI Compatible, then paste these. In a terminal the command does the same.</source>
        <translation>在 Cline 的设置中将 API Provider 选为 OpenAI Compatible，然后粘贴以下内容。在终端里，用该命令即可。</translation>
    </message>
    <message>
        <source>A provider in opencode&apos;s own file; choose its model there with /models. For one start only, copy the command.</source>
        <translation>写入 opencode 自己的配置文件；之后在其中用 /models 选择模型。若只用一次，复制命令即可。</translation>
    </message>
    <message>
        <source>In its settings choose API Provider: OpenAI Compatible, then paste these.</source>
        <translation>在它的设置中将 API Provider 选为 OpenAI Compatible，然后粘贴以下内容。</translation>
    </message>
    <message>
        <source>In its settings choose API Provider: OpenAI Compatible, then paste these. In a terminal start it with the command.</source>
        <translation>在它的设置中将 API Provider 选为 OpenAI Compatible，然后粘贴以下内容。在终端中则用该命令启动。</translation>
    </message>
    <message>
        <source>A model in Continue&apos;s config.yaml.</source>
        <translation>在 Continue 的 config.yaml 中添加一个模型。</translation>
    </message>
    <message>
        <source>Lines in aider&apos;s .aider.conf.yml, or the environment of one shell.</source>
        <translation>写入 aider 的 .aider.conf.yml，或设置某个 shell 的环境变量。</translation>
    </message>
    <message>
        <source>It reads these variables from its shell.</source>
        <translation>它从所在 shell 读取这些环境变量。</translation>
    </message>
    <message>
        <source>A profile file that is ours alone; Codex reads the key from its shell. Versions before 0.134 know no profile files.</source>
        <translation>使用只属于我们的 profile 文件；Codex 从所在 shell 读取密钥。0.134 之前的版本不支持 profile 文件。</translation>
    </message>
    <message>
        <source>It speaks the Responses API: it works with providers that offer it.</source>
        <translation>它使用 Responses API：仅适用于提供该接口的供应商。</translation>
    </message>
    <message>
        <source>It reads these variables from its shell; the address has no /v1 here.</source>
        <translation>它从所在 shell 读取这些环境变量；此处的地址不带 /v1。</translation>
    </message>
    <message>
        <source>It speaks Anthropic Messages: it works with providers that offer them.</source>
        <translation>它使用 Anthropic Messages 接口：仅适用于提供该接口的供应商。</translation>
    </message>
    <message>
        <source>A provider in Zed&apos;s settings.json. Zed asks for the key in Agent Settings, or takes it from WIREMEND_API_KEY.</source>
        <translation>写入 Zed 的 settings.json。Zed 会在 Agent Settings 中要求输入密钥，或从 WIREMEND_API_KEY 读取。</translation>
    </message>
    <message>
        <source>Run “Chat: Open Language Models (JSON)” and add this to the list. Versions before 1.122 say customoai where this says customendpoint.</source>
        <translation>运行“Chat: Open Language Models (JSON)”，把以下内容加入列表。1.122 之前的版本中，customendpoint 应写作 customoai。</translation>
    </message>
    <message>
        <source>Cursor&apos;s own servers make the call, and they cannot reach this computer. An address that the whole internet can reach would be needed; Wiremend offers none.</source>
        <translation>请求由 Cursor 自己的服务器发出，它们无法访问本机。这需要一个公网可达的地址，而 Wiremend 不提供。</translation>
    </message>
    <message>
        <source>base URL</source>
        <translation>接口地址</translation>
    </message>
    <message>
        <source>key</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>command for one start</source>
        <translation>一次性启动命令</translation>
    </message>
    <message>
        <source>model name</source>
        <translation>模型名称</translation>
    </message>
    <message>
        <source>full endpoint</source>
        <translation>完整接口地址</translation>
    </message>
    <message>
        <source>shell lines</source>
        <translation> shell 命令</translation>
    </message>
    <message>
        <source>JSON entry</source>
        <translation> JSON 条目</translation>
    </message>
</context>
<context>
    <name>AgentCard</name>
    <message>
        <source>Write config…</source>
        <translation>写入配置…</translation>
    </message>
    <message>
        <source>Undo…</source>
        <translation>撤销…</translation>
    </message>
    <message>
        <source>Takes only our own lines out again.</source>
        <translation>只移除我们自己写入的内容。</translation>
    </message>
    <message>
        <source>Copy {what}</source>
        <translation>复制{what}</translation>
    </message>
    <message>
        <source>Renew key</source>
        <translation>更换密钥</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>新建密钥</translation>
    </message>
    <message>
        <source>The key it has now stops working.</source>
        <translation>它现有的密钥将立即失效。</translation>
    </message>
    <message>
        <source>cannot reach this computer</source>
        <translation>无法访问本机</translation>
    </message>
    <message>
        <source>connected · {at}</source>
        <translation>已连接 · {at}</translation>
    </message>
    <message>
        <source>points here, waiting for its first request…</source>
        <translation>已指向这里，等待它的第一个请求…</translation>
    </message>
    <message>
        <source>points at another port: {detail}</source>
        <translation>指向了其他端口：{detail}</translation>
    </message>
    <message>
        <source>found, points elsewhere: {detail}</source>
        <translation>已找到，但指向别处：{detail}</translation>
    </message>
    <message>
        <source>its file cannot be read: {detail}</source>
        <translation>无法读取它的配置文件：{detail}</translation>
    </message>
    <message>
        <source>found, not pointing here</source>
        <translation>已找到，尚未指向这里</translation>
    </message>
    <message>
        <source>not found on this computer</source>
        <translation>本机未安装</translation>
    </message>
    <message>
        <source>waiting for its first request…</source>
        <translation>等待它的第一个请求…</translation>
    </message>
</context>
<context>
    <name>AgentKeys</name>
    <message>
        <source>Access is open: programs of this computer need no key at all.</source>
        <translation>访问不设限：本机程序无需任何密钥。</translation>
    </message>
    <message>
        <source>Name of another agent</source>
        <translation>其他工具的名称</translation>
    </message>
    <message>
        <source>Make a key</source>
        <translation>生成密钥</translation>
    </message>
    <message>
        <source>Local keys</source>
        <translation>本地密钥</translation>
    </message>
    <message>
        <source>connected · {at}</source>
        <translation>已连接 · {at}</translation>
    </message>
    <message>
        <source>Every agent has a key of its own. It is good for this computer only, is shown to nobody and can be copied once, when it is made.</source>
        <translation>每个工具都有自己的密钥。它只在本机有效，不会显示给任何人，仅在生成时可以复制。</translation>
    </message>
    <message>
        <source>Copy key</source>
        <translation>复制密钥</translation>
    </message>
    <message>
        <source>Copy the key of {name}</source>
        <translation>复制 {name} 的密钥</translation>
    </message>
    <message>
        <source>Revoke</source>
        <translation>吊销</translation>
    </message>
    <message>
        <source>Its requests are refused from now on.</source>
        <translation>此后它的请求将被拒绝。</translation>
    </message>
    <message>
        <source>Revoke the key of {name}</source>
        <translation>吊销 {name} 的密钥</translation>
    </message>
    <message>
        <source>new, copy it now</source>
        <translation>新密钥，请立即复制</translation>
    </message>
</context>
<context>
    <name>AgentTarget</name>
    <message>
        <source>List models</source>
        <translation>列出模型</translation>
    </message>
    <message>
        <source>Asks the provider for its models.</source>
        <translation>向供应商查询它有哪些模型。</translation>
    </message>
    <message>
        <source>{provider} (default)</source>
        <translation>{provider}（默认）</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新检测</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>the provider&apos;s name for it</source>
        <translation>供应商所用的名称</translation>
    </message>
</context>
<context>
    <name>AgentsPage</name>
    <message>
        <source>Agents</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Point your tools here.</source>
        <translation>让你的编程工具连到这里。</translation>
    </message>
    <message>
        <source>A key for {name} was made: copy it now.</source>
        <translation>已为 {name} 生成密钥，请立即复制。</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>已复制。</translation>
    </message>
    <message>
        <source>The key of {name} is copied for 30 seconds.</source>
        <translation>{name} 的密钥已复制，30 秒后清除。</translation>
    </message>
    <message>
        <source>Copied with the key, for 30 seconds.</source>
        <translation>已连同密钥一起复制，30 秒后清除。</translation>
    </message>
    <message>
        <source>{agent} has a key already, which could be copied only when it was made. Make a new one? The key it has now stops working at once.</source>
        <translation>{agent} 已有密钥，而密钥只能在生成时复制。要重新生成吗？现有密钥将立即失效。</translation>
    </message>
    <message>
        <source>Make a new key</source>
        <translation>重新生成密钥</translation>
    </message>
    <message>
        <source>Revoke the key of {agent}? Its requests are refused from now on.</source>
        <translation>要吊销 {agent} 的密钥吗？此后它的请求将被拒绝。</translation>
    </message>
    <message>
        <source>Revoke</source>
        <translation>吊销</translation>
    </message>
    <message>
        <source>Say first which model it should ask for.</source>
        <translation>请先填写要使用的模型。</translation>
    </message>
    <message>
        <source>The provider names no models.</source>
        <translation>这个供应商没有列出模型。</translation>
    </message>
    <message>
        <source>{agent} would read this from {path}.</source>
        <translation>{agent} 将从 {path} 读取以下内容。</translation>
    </message>
    <message>
        <source>The whole file is copied, for 30 seconds.</source>
        <translation>整个文件已复制，30 秒后清除。</translation>
    </message>
    <message>
        <source>This would be written to {path}.</source>
        <translation>以下内容将写入 {path}。</translation>
    </message>
    <message>
        <source>Nothing else stands in {path}: it would be removed.</source>
        <translation>{path} 中没有其他内容：文件将被删除。</translation>
    </message>
    <message>
        <source>Nothing was written: {reason}</source>
        <translation>未写入任何内容：{reason}</translation>
    </message>
    <message>
        <source>Change a file</source>
        <translation>修改文件</translation>
    </message>
    <message>
        <source>Written: {path}</source>
        <translation>已写入：{path}</translation>
    </message>
</context>
<context>
    <name>AnswerTab</name>
    <message>
        <source>Reasoning</source>
        <translation>推理过程</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Tool calls</source>
        <translation>工具调用</translation>
    </message>
    <message>
        <source>Reasoning, {count} characters</source>
        <translation>推理过程，{count} 个字符</translation>
    </message>
    <message>
        <source>Reasoning, 1 character</source>
        <translation>推理过程，1 个字符</translation>
    </message>
    <message>
        <source>The answer is no longer kept.</source>
        <translation>回答内容已不再保留。</translation>
    </message>
    <message>
        <source>No answer came.</source>
        <translation>没有收到回答。</translation>
    </message>
    <message>
        <source>An error came instead of an answer.</source>
        <translation>收到的是错误，而不是回答。</translation>
    </message>
    <message>
        <source>The answer says nothing.</source>
        <translation>回答中没有任何内容。</translation>
    </message>
    <message>
        <source>No message of a model is in this answer. The Raw tab shows what came.</source>
        <translation>该回答中没有模型消息。收到的内容见“原始数据”标签页。</translation>
    </message>
    <message>
        <source>Error: {error}</source>
        <translation>错误：{error}</translation>
    </message>
    <message>
        <source>Finish: {reason}</source>
        <translation>结束原因：{reason}</translation>
    </message>
    <message>
        <source>{count} tool calls in all</source>
        <translation>共 {count} 次工具调用</translation>
    </message>
</context>
<context>
    <name>Application</name>
    <message>
        <source>&amp;Request</source>
        <translation>请求(&amp;R)</translation>
    </message>
    <message>
        <source>kept: {count} of {most} requests, {size:.1f} of {most_size} MB</source>
        <translation>已保留：{count}/{most} 个请求，{size:.1f}/{most_size} MB</translation>
    </message>
</context>
<context>
    <name>Archive</name>
    <message>
        <source>Requests come too fast: not all are kept on disk.</source>
        <translation>请求来得太快，未能全部保存到磁盘。</translation>
    </message>
    <message>
        <source>Requests are no longer kept on disk: {reason}</source>
        <translation>请求不再保存到磁盘：{reason}</translation>
    </message>
    <message>
        <source>Requests on disk could not be deleted: {reason}</source>
        <translation>无法删除磁盘上的请求：{reason}</translation>
    </message>
</context>
<context>
    <name>BackupList</name>
    <message>
        <source>Backups</source>
        <translation>备份</translation>
    </message>
    <message>
        <source>Undo takes out our own lines only; a copy puts the whole file back.</source>
        <translation>“撤销”只移除我们自己的内容；恢复备份则还原整个文件。</translation>
    </message>
    <message>
        <source>{count} more backups ▾</source>
        <translation>另外 {count} 个备份 ▾</translation>
    </message>
    <message>
        <source>Fewer backups ▴</source>
        <translation>收起 ▴</translation>
    </message>
    <message>
        <source>1 more backup ▾</source>
        <translation>另外 1 个备份 ▾</translation>
    </message>
    <message>
        <source>Restore {file} of {at}</source>
        <translation>恢复 {at} 的 {file}</translation>
    </message>
    <message>
        <source>Restore…</source>
        <translation>恢复…</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>Beside</name>
    <message>
        <source>The same, untouched</source>
        <translation>同一请求，原样透传</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>CallCard</name>
    <message>
        <source>Arguments</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>(no name)</source>
        <translation>（无名称）</translation>
    </message>
</context>
<context>
    <name>ChangeDialog</name>
    <message>
        <source>Nothing would change.</source>
        <translation>没有任何改动。</translation>
    </message>
    <message>
        <source>The change, as a diff</source>
        <translation>改动内容（diff）</translation>
    </message>
    <message>
        <source>Write it</source>
        <translation>写入</translation>
    </message>
    <message>
        <source>Copy instead</source>
        <translation>改为复制</translation>
    </message>
    <message>
        <source>A copy of the file as it is now is kept beside Wiremend&apos;s own files.</source>
        <translation>当前文件的副本会保存在 Wiremend 自己的目录中。</translation>
    </message>
    <message>
        <source>The file is not there yet; it will be readable by you alone.</source>
        <translation>文件尚不存在；创建后只有您自己可以读取。</translation>
    </message>
</context>
<context>
    <name>ChangesTab</name>
    <message>
        <source>Difference of what came and what was sent</source>
        <translation>收到与发出内容的差异</translation>
    </message>
    <message>
        <source>Fix and reason</source>
        <translation>修复与原因</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>收到</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>发出</translation>
    </message>
    <message>
        <source>Fixes that acted</source>
        <translation>生效的修复</translation>
    </message>
    <message>
        <source>Not all of this request was kept, so its two sides are not compared.</source>
        <translation>此请求未完整保留，因此无法比较收到与发出的内容。</translation>
    </message>
    <message>
        <source>Passthrough: every byte went through as it came.</source>
        <translation>原样透传：每个字节都原样转发。</translation>
    </message>
    <message>
        <source>Nothing was changed: every byte went through as it came.</source>
        <translation>没有任何改动：每个字节都原样转发。</translation>
    </message>
    <message>
        <source>Changes: {count} · fixes: {fixes}</source>
        <translation>改动：{count} 处 · 修复：{fixes} 项</translation>
    </message>
    <message>
        <source>SHA-256 of both, received and sent: {digest}</source>
        <translation>收到与发出内容的 SHA-256 相同：{digest}</translation>
    </message>
    <message>
        <source>SHA-256  received {received}…  ·  sent {sent}…</source>
        <translation>SHA-256  收到 {received}…  ·  发出 {sent}…</translation>
    </message>
    <message>
        <source>The difference is shown when the answer is complete.</source>
        <translation>回答完成后显示差异。</translation>
    </message>
    <message>
        <source>The answer went through as it came; the Request tab marks the changes.</source>
        <translation>回答原样透传；改动在“请求”标签页中标出。</translation>
    </message>
    <message>
        <source>Only the first {count} events are compared.</source>
        <translation>仅比较前 {count} 个事件。</translation>
    </message>
</context>
<context>
    <name>Choices</name>
    <message>
        <source>Your choice was not kept: {reason}</source>
        <translation>你的选择未能保存：{reason}</translation>
    </message>
</context>
<context>
    <name>ConfigFault</name>
    <message>
        <source>{fault}, expected {expectation}</source>
        <translation>{fault}，应为{expectation}</translation>
    </message>
    <message>
        <source>the text is not UTF-8</source>
        <translation>文本不是 UTF-8</translation>
    </message>
    <message>
        <source>a plaintext key stands here</source>
        <translation>这里有明文密钥</translation>
    </message>
    <message>
        <source>the text is nested too deeply</source>
        <translation>文本嵌套过深</translation>
    </message>
    <message>
        <source>the line has too many dots</source>
        <translation>这一行的点号过多</translation>
    </message>
    <message>
        <source>not valid TOML: {reason}</source>
        <translation>不是有效的 TOML：{reason}</translation>
    </message>
    <message>
        <source>the file is too large</source>
        <translation>文件过大</translation>
    </message>
    <message>
        <source>the file cannot be read</source>
        <translation>无法读取文件</translation>
    </message>
    <message>
        <source>the file is not there</source>
        <translation>文件不存在</translation>
    </message>
    <message>
        <source>this is not a regular file</source>
        <translation>这不是普通文件</translation>
    </message>
    <message>
        <source>the file has a second name (a hard link)</source>
        <translation>文件还有另一个名字（硬链接）</translation>
    </message>
    <message>
        <source>{name} is {kind}</source>
        <translation>{name} 是{kind}</translation>
    </message>
    <message>
        <source>{name} is not allowed</source>
        <translation>{name} 的值不被允许</translation>
    </message>
    <message>
        <source>{name} is out of range</source>
        <translation>{name} 超出范围</translation>
    </message>
    <message>
        <source>{name} holds {kind}</source>
        <translation>{name} 中含有{kind}</translation>
    </message>
    <message>
        <source>{name} is missing</source>
        <translation>缺少 {name}</translation>
    </message>
    <message>
        <source>{name} is set twice</source>
        <translation>{name} 设置了两次</translation>
    </message>
    <message>
        <source>default_provider is not configured</source>
        <translation>default_provider 没有配置</translation>
    </message>
    <message>
        <source>version is not one this Wiremend knows</source>
        <translation>此版本的 Wiremend 不认识这个 version</translation>
    </message>
    <message>
        <source>another agent has the same name</source>
        <translation>另一个工具已使用这个名称</translation>
    </message>
    <message>
        <source>another agent has the same key</source>
        <translation>另一个工具已使用这个密钥</translation>
    </message>
    <message>
        <source>a provider is expected here, as in [providers.{name}]</source>
        <translation>这里应为供应商，例如 [providers.{name}]</translation>
    </message>
    <message>
        <source>there is no such fix</source>
        <translation>没有这个修复</translation>
    </message>
    <message>
        <source>there is no fix named {name}</source>
        <translation>没有名为 {name} 的修复</translation>
    </message>
    <message>
        <source>there is no agent of that name</source>
        <translation>没有这个名称的工具</translation>
    </message>
    <message>
        <source>there is no provider of that id</source>
        <translation>没有这个 id 的供应商</translation>
    </message>
    <message>
        <source>this cannot be changed by program</source>
        <translation>此处无法由程序修改</translation>
    </message>
    <message>
        <source>a provider cannot have the id {name}</source>
        <translation>供应商的 id 不能是 {name}</translation>
    </message>
    <message>
        <source>a provider&apos;s id is not allowed</source>
        <translation>供应商的 id 不被允许</translation>
    </message>
    <message>
        <source>host is not a loopback address</source>
        <translation>host 不是回环地址</translation>
    </message>
    <message>
        <source>key does not say where the key is</source>
        <translation>key 没有说明密钥在哪里</translation>
    </message>
    <message>
        <source>key looks like a plaintext key</source>
        <translation>key 看起来是明文密钥</translation>
    </message>
    <message>
        <source>sha256 is a plaintext key</source>
        <translation>sha256 是明文密钥</translation>
    </message>
    <message>
        <source>sha256 is no digest</source>
        <translation>sha256 不是摘要</translation>
    </message>
    <message>
        <source>{name} holds control characters</source>
        <translation>{name} 含有控制字符</translation>
    </message>
    <message>
        <source>{name} has {count} characters</source>
        <translation>{name} 有 {count} 个字符</translation>
    </message>
    <message>
        <source>name is empty</source>
        <translation>name 为空</translation>
    </message>
    <message>
        <source>base_url is not an address</source>
        <translation>base_url 不是地址</translation>
    </message>
    <message>
        <source>base_url holds a name or a password</source>
        <translation>base_url 含有用户名或密码</translation>
    </message>
    <message>
        <source>base_url holds a query or a fragment</source>
        <translation>base_url 含有查询或片段</translation>
    </message>
    <message>
        <source>base_url is a link-local address, which is never used</source>
        <translation>base_url 是链路本地地址，这种地址从不使用</translation>
    </message>
    <message>
        <source>base_url is a public address without encryption</source>
        <translation>base_url 是未加密的公网地址</translation>
    </message>
    <message>
        <source>outgoing_proxy is not an address</source>
        <translation>outgoing_proxy 不是地址</translation>
    </message>
    <message>
        <source>a header that cannot be set</source>
        <translation>这个请求头不能设置</translation>
    </message>
    <message>
        <source>{name} would pass on the agent&apos;s own key</source>
        <translation>{name} 会转发工具自己的密钥</translation>
    </message>
    <message>
        <source>{name} holds a plaintext key</source>
        <translation>{name} 含有明文密钥</translation>
    </message>
    <message>
        <source>{name} copies a header that cannot be</source>
        <translation>{name} 复制的请求头不可能存在</translation>
    </message>
    <message>
        <source>{name} holds characters that no header may have</source>
        <translation>{name} 含有请求头不允许的字符</translation>
    </message>
    <message>
        <source>a text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation> true 或 false</translation>
    </message>
    <message>
        <source>a table</source>
        <translation>表</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>数字</translation>
    </message>
    <message>
        <source>a list</source>
        <translation>列表</translation>
    </message>
    <message>
        <source>a date or a time</source>
        <translation>日期或时间</translation>
    </message>
    <message>
        <source>UTF-8</source>
        <translation> UTF-8</translation>
    </message>
    <message>
        <source>none in this file; `wiremend key set PROVIDER` moves it to the keyring</source>
        <translation>：此文件中没有密钥；`wiremend key set PROVIDER` 可将其移入密钥环</translation>
    </message>
    <message>
        <source>plain tables</source>
        <translation>简单的表</translation>
    </message>
    <message>
        <source>at most {count}</source>
        <translation>最多 {count}</translation>
    </message>
    <message>
        <source>at most {count} KiB</source>
        <translation>最多 {count} KiB</translation>
    </message>
    <message>
        <source>TOML 1.0</source>
        <translation> TOML 1.0</translation>
    </message>
    <message>
        <source>a readable file</source>
        <translation>可读取的文件</translation>
    </message>
    <message>
        <source>a regular file</source>
        <translation>普通文件</translation>
    </message>
    <message>
        <source>only this one</source>
        <translation>仅此一个名字</translation>
    </message>
    <message>
        <source>a text in quotes</source>
        <translation>带引号的文本</translation>
    </message>
    <message>
        <source>a whole number from {lowest} to {highest}</source>
        <translation> {lowest} 到 {highest} 的整数</translation>
    </message>
    <message>
        <source>seconds from 0 (none) to {highest}</source>
        <translation> 0（不限）到 {highest} 的秒数</translation>
    </message>
    <message>
        <source>&quot;{one}&quot; or &quot;{other}&quot;</source>
        <translation> &quot;{one}&quot; 或 &quot;{other}&quot;</translation>
    </message>
    <message>
        <source>&quot;{one}&quot; or &quot;{other}&quot; or &quot;{last}&quot;</source>
        <translation> &quot;{one}&quot;、&quot;{other}&quot; 或 &quot;{last}&quot;</translation>
    </message>
    <message>
        <source>tables, each with [[{name}]]</source>
        <translation>表，每个以 [[{name}]] 开头</translation>
    </message>
    <message>
        <source>version = {count}</source>
        <translation> version = {count}</translation>
    </message>
    <message>
        <source>a key&apos;s digest</source>
        <translation>密钥的摘要</translation>
    </message>
    <message>
        <source>the provider&apos;s address</source>
        <translation>供应商的地址</translation>
    </message>
    <message>
        <source>perhaps {name}</source>
        <translation> {name}（猜测）</translation>
    </message>
    <message>
        <source>one of {name}</source>
        <translation>以下之一：{name}</translation>
    </message>
    <message>
        <source>none</source>
        <translation>空</translation>
    </message>
    <message>
        <source>one of its own</source>
        <translation>各自不同的值</translation>
    </message>
    <message>
        <source>a fix&apos;s name</source>
        <translation>修复的名称</translation>
    </message>
    <message>
        <source>once, whatever the letters&apos; case</source>
        <translation>只设置一次（不分大小写）</translation>
    </message>
    <message>
        <source>one of the configuration&apos;s</source>
        <translation>配置中已有的一个</translation>
    </message>
    <message>
        <source>a change by hand</source>
        <translation>手动修改</translation>
    </message>
    <message>
        <source>one that is no address of ours</source>
        <translation>与本程序地址不冲突的 id</translation>
    </message>
    <message>
        <source>at most 40 small letters, digits and dashes, the first no dash</source>
        <translation>最多 40 个小写字母、数字和连字符，且不以连字符开头</translation>
    </message>
    <message>
        <source>127.0.0.1 or ::1</source>
        <translation> 127.0.0.1 或 ::1</translation>
    </message>
    <message>
        <source>&quot;keyring&quot;, &quot;env:NAME&quot;, &quot;client&quot; or &quot;none&quot;</source>
        <translation> &quot;keyring&quot;、&quot;env:NAME&quot;、&quot;client&quot; 或 &quot;none&quot;</translation>
    </message>
    <message>
        <source>&quot;keyring&quot;, &quot;env:NAME&quot;, &quot;client&quot; or &quot;none&quot;; `wiremend key set {name}` moves it to the keyring</source>
        <translation> &quot;keyring&quot;、&quot;env:NAME&quot;、&quot;client&quot; 或 &quot;none&quot;；`wiremend key set {name}` 可将其移入密钥环</translation>
    </message>
    <message>
        <source>only its digest; make a new agent</source>
        <translation>它的摘要；请新建一个工具</translation>
    </message>
    <message>
        <source>64 digits and letters a to f, in lower case</source>
        <translation> 64 个数字和小写字母 a 到 f</translation>
    </message>
    <message>
        <source>one line of text</source>
        <translation>一行文本</translation>
    </message>
    <message>
        <source>https://host/… or http://host/…</source>
        <translation> https://host/… 或 http://host/…</translation>
    </message>
    <message>
        <source>only scheme, host, port and path</source>
        <translation>仅含协议、主机、端口和路径</translation>
    </message>
    <message>
        <source>another one</source>
        <translation>其他地址</translation>
    </message>
    <message>
        <source>https:// (http:// is for loopback and private addresses only)</source>
        <translation> https://（http:// 仅用于回环和私有地址）</translation>
    </message>
    <message>
        <source>http://host:port or socks5://host:port</source>
        <translation> http://host:port 或 socks5://host:port</translation>
    </message>
    <message>
        <source>a name of letters, digits and dashes</source>
        <translation>由字母、数字和连字符组成的名称</translation>
    </message>
    <message>
        <source>another header&apos;s name</source>
        <translation>其他请求头的名称</translation>
    </message>
    <message>
        <source>it in the keyring, sent by key and auth</source>
        <translation>存放在密钥环中，由 key 和 auth 发送</translation>
    </message>
    <message>
        <source>$ and a header&apos;s name</source>
        <translation> $ 加请求头名称</translation>
    </message>
    <message>
        <source>printable ASCII</source>
        <translation>可打印的 ASCII 字符</translation>
    </message>
    <message>
        <source>invalid statement</source>
        <translation>语句无效</translation>
    </message>
    <message>
        <source>invalid value</source>
        <translation>值无效</translation>
    </message>
    <message>
        <source>unclosed array</source>
        <translation>数组没有结束</translation>
    </message>
    <message>
        <source>unclosed inline table</source>
        <translation>内联表没有结束</translation>
    </message>
    <message>
        <source>unterminated string</source>
        <translation>字符串没有结束</translation>
    </message>
    <message>
        <source>cannot overwrite a value</source>
        <translation>不能覆盖已有的值</translation>
    </message>
    <message>
        <source>expected &apos;=&apos; after a key in a key/value pair</source>
        <translation>键值对的键后面应为“=”</translation>
    </message>
    <message>
        <source>expected newline or end of document after a statement</source>
        <translation>语句后应为换行或文件结尾</translation>
    </message>
    <message>
        <source>a value cannot be read</source>
        <translation>有一个值无法读取</translation>
    </message>
    <message>
        <source>a name or value cannot stand here</source>
        <translation>此处不能有这个名称或值</translation>
    </message>
</context>
<context>
    <name>ConnectionForm</name>
    <message>
        <source>no limit</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>only the system&apos;s</source>
        <translation>仅使用系统证书</translation>
    </message>
    <message>
        <source>The outgoing proxy is http://host:port or socks5://host:port.</source>
        <translation>出站代理的格式为 http://host:port 或 socks5://host:port。</translation>
    </message>
    <message>
        <source>There is no file of certificates at this path.</source>
        <translation>此路径下没有证书文件。</translation>
    </message>
    <message>
        <source>The header {name} cannot be set: keys belong into the keyring, and values are plain ASCII or $ and the name of a header of the agent&apos;s.</source>
        <translation>无法设置请求头 {name}：密钥应存入密钥环；值只能是 ASCII 文本，或 $ 加上工具所发请求头的名称。</translation>
    </message>
    <message>
        <source>A header is there twice.</source>
        <translation>有重复的请求头。</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Requests at &amp;once</source>
        <translation>并发请求数(&amp;O)</translation>
    </message>
    <message>
        <source>Time to &amp;connect</source>
        <translation>连接超时(&amp;C)</translation>
    </message>
    <message>
        <source>Time to the &amp;first byte</source>
        <translation>首字节超时(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Silence in an answer</source>
        <translation>回答中的停顿上限(&amp;S)</translation>
    </message>
    <message>
        <source>Outgoing &amp;proxy</source>
        <translation>出站代理(&amp;P)</translation>
    </message>
    <message>
        <source>Extra certificates</source>
        <translation>附加证书</translation>
    </message>
    <message>
        <source>Add header</source>
        <translation>添加请求头</translation>
    </message>
    <message>
        <source>Remove header</source>
        <translation>移除请求头</translation>
    </message>
    <message>
        <source>Added to every request. “$Name” copies that header of the agent&apos;s request.</source>
        <translation>会添加到每个请求。“$Name”表示沿用工具请求中的同名请求头。</translation>
    </message>
    <message>
        <source>Headers</source>
        <translation>请求头</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source> s</source>
        <translation> 秒</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>line {line}: {reason}</source>
        <translation>第 {line} 行：{reason}</translation>
    </message>
    <message>
        <source>it no longer holds what was to be changed</source>
        <translation>其中已没有要修改的内容</translation>
    </message>
    <message>
        <source>The configuration was not changed: {reason}</source>
        <translation>配置未被修改：{reason}</translation>
    </message>
</context>
<context>
    <name>EventKind</name>
    <message>
        <source>role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>thinking</source>
        <translation>思考</translation>
    </message>
    <message>
        <source>tool</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>tool args</source>
        <translation>工具参数</translation>
    </message>
    <message>
        <source>finish</source>
        <translation>结束</translation>
    </message>
    <message>
        <source>usage</source>
        <translation>用量</translation>
    </message>
    <message>
        <source>end</source>
        <translation>终止</translation>
    </message>
    <message>
        <source>error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>comment</source>
        <translation>注释</translation>
    </message>
    <message>
        <source>large</source>
        <translation>过大</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>空</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>not JSON</source>
        <translation>非 JSON</translation>
    </message>
</context>
<context>
    <name>EventsModel</name>
    <message>
        <source>#</source>
        <translation>#</translation>
    </message>
    <message>
        <source>+ms</source>
        <translation>+ms</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Fix</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>gap</source>
        <translation>间隔</translation>
    </message>
    <message>
        <source>{seconds} s of silence</source>
        <translation>静默 {seconds} 秒</translation>
    </message>
</context>
<context>
    <name>EventsTab</name>
    <message>
        <source>Received events</source>
        <translation>收到的事件</translation>
    </message>
    <message>
        <source>Sent events</source>
        <translation>发出的事件</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>收到</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>发出</translation>
    </message>
    <message>
        <source>The chosen event</source>
        <translation>选中的事件</translation>
    </message>
    <message>
        <source>The chosen event, as it was sent</source>
        <translation>所选事件（发送时）</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排对照</translation>
    </message>
    <message>
        <source>D changes between them</source>
        <translation>按 D 键切换</translation>
    </message>
    <message>
        <source>Previous fix</source>
        <translation>上一处修复</translation>
    </message>
    <message>
        <source>Next fix</source>
        <translation>下一处修复</translation>
    </message>
    <message>
        <source>▲ {size}; only the beginning is shown.</source>
        <translation>▲ {size}；仅显示开头部分。</translation>
    </message>
    <message>
        <source>{received} received, {sent} sent</source>
        <translation>收到 {received}，发出 {sent}</translation>
    </message>
    <message>
        <source>{counts} · stopped at one that is too large</source>
        <translation>{counts} · 读到一个过大的事件时停止</translation>
    </message>
</context>
<context>
    <name>ExchangesModel</name>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>streaming</source>
        <translation>传输中</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>done (agent closed early)</source>
        <translation>完成（工具先断开）</translation>
    </message>
    <message>
        <source>stopped by agent</source>
        <translation>工具已中止</translation>
    </message>
    <message>
        <source>cut off by provider</source>
        <translation>供应商中断</translation>
    </message>
    <message>
        <source>suspicious</source>
        <translation>可疑</translation>
    </message>
    <message>
        <source>error timeout</source>
        <translation>错误：超时</translation>
    </message>
    <message>
        <source>cut off: proxy stopped</source>
        <translation>中断：代理已停止</translation>
    </message>
    <message>
        <source>done, {count} fixed</source>
        <translation>已修复 {count} 处</translation>
    </message>
    <message>
        <source>error {status}</source>
        <translation>错误 {status}</translation>
    </message>
    <message>
        <source>▲ The contents of this request ({size}) were dropped to save memory.</source>
        <translation>▲ 为节省内存，此请求的内容（{size}）已被丢弃。</translation>
    </message>
    <message>
        <source>▲ {size} of this request came too fast to be kept: what is shown has holes.</source>
        <translation>▲ 此请求有 {size} 来得太快，未能保留：所示内容有缺失。</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Tok/s</source>
        <translation>Token/秒</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Fixes</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>First token</source>
        <translation>首 Token</translation>
    </message>
</context>
<context>
    <name>Files</name>
    <message>
        <source>Save as</source>
        <translation>另存为</translation>
    </message>
    <message>
        <source>The file could not be written: {reason}</source>
        <translation>无法写入文件：{reason}</translation>
    </message>
</context>
<context>
    <name>Finding</name>
    <message>
        <source>the content type did not fit the answer; corrected</source>
        <translation>Content-Type 与回答不符，已更正</translation>
    </message>
    <message>
        <source>a byte order mark stood before the answer; removed</source>
        <translation>回答前多出字节顺序标记（BOM），已移除</translation>
    </message>
    <message>
        <source>the chunks came as lines of JSON; read as one answer</source>
        <translation>数据块以逐行 JSON 的形式到达，已合并为一个回答</translation>
    </message>
    <message>
        <source>a sentinel stood after the plain answer; removed</source>
        <translation>普通回答后多出结束标记，已移除</translation>
    </message>
    <message>
        <source>the completion was wrapped in an envelope; unwrapped</source>
        <translation>回答外多包了一层，已解开</translation>
    </message>
    <message>
        <source>held back what came after a call&apos;s arguments</source>
        <translation>暂缓发送调用参数之后的内容</translation>
    </message>
    <message>
        <source>numbers that JSON has no word for stood in the answer; rewritten</source>
        <translation>回答中含有 JSON 无法表示的数值，已改写</translation>
    </message>
    <message>
        <source>parted the finish reason from the arguments</source>
        <translation>将结束原因与参数分开</translation>
    </message>
    <message>
        <source>completed or parted a call&apos;s arguments</source>
        <translation>补全或拆分了调用参数</translation>
    </message>
    <message>
        <source>said that a call&apos;s arguments are cut off</source>
        <translation>已说明调用参数被截断</translation>
    </message>
    <message>
        <source>the tool calls were no list of calls; made one</source>
        <translation>工具调用不是列表，已改为列表</translation>
    </message>
    <message>
        <source>the content was a list of parts; made text</source>
        <translation>content 是分段列表，已转为文本</translation>
    </message>
    <message>
        <source>the stream ended before the answer was complete</source>
        <translation>回答尚未完成，流就结束了</translation>
    </message>
    <message>
        <source>the error quoted calls of declared tools; made an answer</source>
        <translation>错误中引用了已声明工具的调用，已转为回答</translation>
    </message>
    <message>
        <source>a finish reason came with the role; given its own chunk</source>
        <translation>结束原因与 role 同时到达，已单独成块</translation>
    </message>
    <message>
        <source>a finish reason came with data; given a chunk of its own</source>
        <translation>结束原因与数据同时到达，已单独成块</translation>
    </message>
    <message>
        <source>a reason came before the stream was cut; dropped</source>
        <translation>流中断前已有结束原因，已丢弃</translation>
    </message>
    <message>
        <source>a second finish reason came; dropped</source>
        <translation>又来了一个 finish_reason，已丢弃</translation>
    </message>
    <message>
        <source>a second finish reason came; removed</source>
        <translation>又来了一个 finish_reason，已移除</translation>
    </message>
    <message>
        <source>the finish reason was tool_calls, but nothing came; an error</source>
        <translation>结束原因是 tool_calls，却没有任何调用，已报错</translation>
    </message>
    <message>
        <source>a finish reason came before more deltas; moved to the end</source>
        <translation>结束原因早于后续内容，已移到末尾</translation>
    </message>
    <message>
        <source>the finish reason was not one of OpenAI&apos;s words; translated</source>
        <translation>结束原因不是 OpenAI 的用词，已转换</translation>
    </message>
    <message>
        <source>asked for a plain answer instead of a stream</source>
        <translation>改为请求非流式回答</translation>
    </message>
    <message>
        <source>asked for a stream instead of a plain answer</source>
        <translation>改为请求流式回答</translation>
    </message>
    <message>
        <source>a tool&apos;s name ended in markup of the model; cut off</source>
        <translation>工具名末尾带有模型标记，已去除</translation>
    </message>
    <message>
        <source>translated function_call into a tool call</source>
        <translation>将 function_call 转为工具调用</translation>
    </message>
    <message>
        <source>translated the finish reason function_call</source>
        <translation>转换了结束原因 function_call</translation>
    </message>
    <message>
        <source>removed a repeated id</source>
        <translation>去掉重复的 id</translation>
    </message>
    <message>
        <source>removed a repeated type</source>
        <translation>去掉重复的 type</translation>
    </message>
    <message>
        <source>joined the entries of one call</source>
        <translation>合并了同一调用的多个条目</translation>
    </message>
    <message>
        <source>set the id</source>
        <translation>补上 id</translation>
    </message>
    <message>
        <source>set the type</source>
        <translation>补上 type</translation>
    </message>
    <message>
        <source>set the name</source>
        <translation>补上名称</translation>
    </message>
    <message>
        <source>removed a repeated name</source>
        <translation>移除重复的名称</translation>
    </message>
    <message>
        <source>let this pass a call whose name is late</source>
        <translation>先放行此内容，等待迟到的调用名称</translation>
    </message>
    <message>
        <source>set the index</source>
        <translation>补上 index</translation>
    </message>
    <message>
        <source>held a call back until its name comes</source>
        <translation>暂缓调用，等待其名称</translation>
    </message>
    <message>
        <source>usage counted nothing</source>
        <translation>usage 全为空</translation>
    </message>
    <message>
        <source>usage stood inside a choice</source>
        <translation>usage 位于 choice 内</translation>
    </message>
    <message>
        <source>removed a null type</source>
        <translation>已移除为 null 的 type</translation>
    </message>
    <message>
        <source>usage lacked a count</source>
        <translation>usage 缺少一项计数</translation>
    </message>
    <message>
        <source>usage that only the proxy asked for; removed</source>
        <translation>仅代理请求的 usage，已移除</translation>
    </message>
    <message>
        <source>gave a call without arguments an empty object</source>
        <translation>为无参数的调用补上空对象</translation>
    </message>
    <message>
        <source>wrote arguments that were an object as text</source>
        <translation>参数是对象，已写成文本</translation>
    </message>
    <message>
        <source>nothing more</source>
        <translation>没有更多说明</translation>
    </message>
    <message>
        <source>the answer was an error in a form of its own; made an error</source>
        <translation>回答是自定义形式的错误，已转为标准错误</translation>
    </message>
    <message>
        <source>the stream held an error in a form of its own; made an error</source>
        <translation>流中有自定义形式的错误，已转为标准错误</translation>
    </message>
    <message>
        <source>unwrapped arguments that were encoded twice</source>
        <translation>参数被重复编码，已解开</translation>
    </message>
    <message>
        <source>reasoning had one of its two names; given the other as well</source>
        <translation>推理内容只有一个字段名，已补上另一个</translation>
    </message>
    <message>
        <source>sent only what was new in a snapshot of the arguments</source>
        <translation>只发送参数快照中的新增部分</translation>
    </message>
    <message>
        <source>dropped arguments that were null or an empty list</source>
        <translation>参数为 null 或空列表，已丢弃</translation>
    </message>
    <message>
        <source>dropped an empty object before the arguments</source>
        <translation>丢弃参数前的空对象</translation>
    </message>
    <message>
        <source>dropped arguments that were complete already</source>
        <translation>丢弃重复的完整参数</translation>
    </message>
    <message>
        <source>a chunk held calls or a finish and more; divided</source>
        <translation>数据块混有调用或结束等内容，已拆分</translation>
    </message>
    <message>
        <source>text or names were scattered among</source>
        <translation>文本或名称散落在工具调用之间</translation>
    </message>
    <message>
        <source>fragments made up</source>
        <translation>由片段拼成</translation>
    </message>
    <message>
        <source>a tool call was cut off; dropped</source>
        <translation>工具调用被截断，已丢弃</translation>
    </message>
    <message>
        <source>joined a choice that was split off with the first</source>
        <translation>将分离的 choice 并入第一个</translation>
    </message>
    <message>
        <source>finished the joined choice once</source>
        <translation>合并后的 choice 只结束一次</translation>
    </message>
    <message>
        <source>fields without data; dropped</source>
        <translation>没有数据的字段，已丢弃</translation>
    </message>
    <message>
        <source>an error stood in the stream as text; written as an error</source>
        <translation>流中的错误只是纯文本，已改写为错误事件</translation>
    </message>
    <message>
        <source>the stream ended without its sentinel; added</source>
        <translation>流缺少结束标记，已补上</translation>
    </message>
    <message>
        <source>the sentinel had an unusual form; rewritten</source>
        <translation>结束标记形式异常，已改写</translation>
    </message>
    <message>
        <source>something came after the sentinel; dropped</source>
        <translation>结束标记之后仍有内容，已丢弃</translation>
    </message>
    <message>
        <source>an event held no JSON; turned into a comment</source>
        <translation>事件不含 JSON，已转为注释</translation>
    </message>
    <message>
        <source>a chunk had neither choices nor usage; dropped</source>
        <translation>数据块既没有 choices 也没有 usage，已丢弃</translation>
    </message>
    <message>
        <source>the fix failed and was switched off for this request</source>
        <translation>该修复出错，已在此请求中停用</translation>
    </message>
    <message>
        <source>a chunk had no {}; filled in</source>
        <translation>数据块缺少 {}，已补上</translation>
    </message>
    <message>
        <source>a chunk had {}; mended</source>
        <translation>数据块中有{}，已修复</translation>
    </message>
    <message>
        <source>an empty list of {}; removed</source>
        <translation>{} 是空列表，已移除</translation>
    </message>
    <message>
        <source>{} came instead of the form asked for; converted</source>
        <translation>收到的是{}，与请求的形式不符，已转换</translation>
    </message>
    <message>
        <source>{} the tool calls; sent whole</source>
        <translation>{}，已完整发送</translation>
    </message>
    <message>
        <source>the finish reason was untrue; now {}</source>
        <translation>结束原因有误，已改为 {}</translation>
    </message>
    <message>
        <source>a choice ended without a finish reason; added {}</source>
        <translation>choice 结束时没有结束原因，已补上 {}</translation>
    </message>
    <message>
        <source>{}; mended</source>
        <translation>{}，已修复</translation>
    </message>
    <message>
        <source>choices</source>
        <translation>choices</translation>
    </message>
    <message>
        <source>choice where one stood</source>
        <translation>应有的 choice</translation>
    </message>
    <message>
        <source>choice index</source>
        <translation>choice 的 index</translation>
    </message>
    <message>
        <source>no delta</source>
        <translation>缺失的 delta</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>a misplaced role</source>
        <translation>多余的 role</translation>
    </message>
    <message>
        <source>empty members</source>
        <translation>空成员</translation>
    </message>
    <message>
        <source>a stream</source>
        <translation>流</translation>
    </message>
    <message>
        <source>a plain answer</source>
        <translation>普通回答</translation>
    </message>
    <message>
        <source>an event had an unusual form; rewritten</source>
        <translation>事件形式异常，已改写</translation>
    </message>
    <message>
        <source>a tool call stood in the text; taken out</source>
        <translation>文本中有工具调用，已取出</translation>
    </message>
    <message>
        <source>text came together with the finish reason; set apart</source>
        <translation>文本与结束原因同时到达，已分开</translation>
    </message>
    <message>
        <source>the finish reason did not speak of the calls; corrected</source>
        <translation>结束原因未体现调用，已更正</translation>
    </message>
    <message>
        <source>a call of a declared tool stood in the text; made a tool call</source>
        <translation>文本中有已声明工具的调用，已转为工具调用</translation>
    </message>
    <message>
        <source>the answer began in the middle of a chunk; set apart</source>
        <translation>回答从数据块中间开始，已分开</translation>
    </message>
    <message>
        <source>thoughts stood in the answer; moved to reasoning_content</source>
        <translation>回答中混有思考内容，已移到 reasoning_content</translation>
    </message>
    <message>
        <source>let text go ahead of held arguments</source>
        <translation>文本先于暂缓的参数发出</translation>
    </message>
    <message>
        <source>read arguments as the tool&apos;s schema declares them</source>
        <translation>按工具的 schema 解读参数</translation>
    </message>
    <message>
        <source>stream options without a stream; removed</source>
        <translation>非流式请求带有流选项，已移除</translation>
    </message>
    <message>
        <source>a call in the history had no valid arguments; mended</source>
        <translation>历史中的调用参数无效，已修复</translation>
    </message>
    <message>
        <source>a chunk had no choices; folded into the finish</source>
        <translation>数据块没有 choices，已并入结束块</translation>
    </message>
    <message>
        <source>usage came before the finish; kept for it</source>
        <translation>usage 早于结束到达，已暂存</translation>
    </message>
    <message>
        <source>usage came before the finish; moved there</source>
        <translation>usage 早于结束到达，已移到结束处</translation>
    </message>
</context>
<context>
    <name>FirstRun</name>
    <message>
        <source>Which provider?</source>
        <translation>使用哪家供应商？</translation>
    </message>
    <message>
        <source>Pick one; Wiremend then stands between it and your agents.</source>
        <translation>选择一家，Wiremend 会在它和你的工具之间转发请求。</translation>
    </message>
    <message>
        <source>Go to Traffic</source>
        <translation>查看流量</translation>
    </message>
    <message>
        <source>Waiting for the first request…</source>
        <translation>等待第一个请求…</translation>
    </message>
    <message>
        <source>It works: {agent} is getting its answer.</source>
        <translation>运行正常：{agent} 正在收到回答。</translation>
    </message>
    <message>
        <source>The sample came through. Waiting for your agent&apos;s first request…</source>
        <translation>示例请求已通过。正在等待你的工具的第一个请求……</translation>
    </message>
    <message>
        <source>A request came from {agent}, and failed: {reason}</source>
        <translation>收到 {agent} 的请求，但失败了：{reason}</translation>
    </message>
    <message>
        <source>It works: {agent} got its answer. {count} things were mended in it.</source>
        <translation>一切正常：{agent} 已收到回答，其中修复了 {count} 处。</translation>
    </message>
    <message>
        <source>It works: {agent} got its answer. 1 thing was mended in it.</source>
        <translation>一切正常：{agent} 已收到回答，其中修复了 1 处。</translation>
    </message>
    <message>
        <source>Search providers</source>
        <translation>搜索供应商</translation>
    </message>
    <message>
        <source>Send a sample request</source>
        <translation>发送示例请求</translation>
    </message>
    <message>
        <source>Try without a provider</source>
        <translation>不用供应商先试试</translation>
    </message>
    <message>
        <source>A built-in provider breaks its answers on purpose: see how they are mended, without a key and without the network.</source>
        <translation>内置的供应商会故意弄坏它的回答：无需密钥、无需联网，即可看到修复过程。</translation>
    </message>
    <message>
        <source>Set up your agent…</source>
        <translation>设置你的工具…</translation>
    </message>
    <message>
        <source>Point your agent at</source>
        <translation>让你的工具指向</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Use {variable} from your environment for {provider}?</source>
        <translation>将环境变量 {variable} 用于 {provider}？</translation>
    </message>
    <message>
        <source>Another one…</source>
        <translation>其他供应商…</translation>
    </message>
    <message>
        <source>✔ {provider}: added</source>
        <translation>✔ {provider}：已添加</translation>
    </message>
    <message>
        <source>● {provider}: found running</source>
        <translation>● {provider}：正在运行</translation>
    </message>
    <message>
        <source>Waiting for the keyring…</source>
        <translation>正在等待密钥环…</translation>
    </message>
    <message>
        <source>{provider} is ready. Waiting for the first request…</source>
        <translation>{provider} 已就绪，等待第一个请求…</translation>
    </message>
</context>
<context>
    <name>Fix</name>
    <message>
        <source>Stream clean-up</source>
        <translation>清理流格式</translation>
    </message>
    <message>
        <source>The agent stops with a parse error, or waits for ever at the end of an answer.</source>
        <translation>工具因解析错误而停止，或在回答结束时一直等待。</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Force streaming</source>
        <translation>强制流式</translation>
    </message>
    <message>
        <source>The provider answers properly only when streaming.</source>
        <translation>供应商只有在流式模式下才能正常回答。</translation>
    </message>
    <message>
        <source>None if the agent streams already; otherwise the answer is collected first.</source>
        <translation>工具本来就用流式则无代价；否则需先收齐整个回答。</translation>
    </message>
    <message>
        <source>Force plain answers</source>
        <translation>强制非流式</translation>
    </message>
    <message>
        <source>The provider loses or garbles tool calls when streaming.</source>
        <translation>供应商在流式模式下会丢失或打乱工具调用。</translation>
    </message>
    <message>
        <source>Nothing streams: the answer appears when it is complete.</source>
        <translation>不再流式输出：回答完整后才一次显示。</translation>
    </message>
    <message>
        <source>Answer in the form asked for</source>
        <translation>按要求的形式回答</translation>
    </message>
    <message>
        <source>The agent reports broken JSON, or an empty answer.</source>
        <translation>工具提示 JSON 损坏或回答为空。</translation>
    </message>
    <message>
        <source>Find tool calls in the text</source>
        <translation>找出文本中的工具调用</translation>
    </message>
    <message>
        <source>The agent shows markup such as &lt;tool_call&gt; as its answer, and runs no tool.</source>
        <translation>工具把 &lt;tool_call&gt; 之类的标记当作回答显示，却没有运行工具。</translation>
    </message>
    <message>
        <source>Text that may begin such a call waits until it is clear that it does not.</source>
        <translation>可能是此类调用开头的文本，要等到能确定不是时才发出。</translation>
    </message>
    <message>
        <source>Show errors as errors</source>
        <translation>如实报告错误</translation>
    </message>
    <message>
        <source>The agent takes an error, half an answer or none at all for a whole one.</source>
        <translation>工具把错误、半截回答或空回答当成了完整回答。</translation>
    </message>
    <message>
        <source>Tidy the request</source>
        <translation>整理请求</translation>
    </message>
    <message>
        <source>The provider refuses requests because of empty tools or a broken call in the history.</source>
        <translation>因 tools 为空或历史中有损坏的调用，供应商拒绝请求。</translation>
    </message>
    <message>
        <source>Fill in missing members</source>
        <translation>补全缺失字段</translation>
    </message>
    <message>
        <source>The agent refuses an answer, or overlooks a part, because of how its chunks look.</source>
        <translation>因数据块的结构不符，工具拒绝回答或漏掉其中一部分。</translation>
    </message>
    <message>
        <source>Finish-reason repair</source>
        <translation>修复 finish_reason</translation>
    </message>
    <message>
        <source>A tool call ends with `stop`: the agent takes the turn for finished and runs nothing.</source>
        <translation>工具调用以 `stop` 结束：工具以为本轮已完成，什么都没运行。</translation>
    </message>
    <message>
        <source>Translate function_call</source>
        <translation>转换 function_call</translation>
    </message>
    <message>
        <source>The provider calls functions in OpenAI&apos;s old way, which agents ignore.</source>
        <translation>供应商使用 OpenAI 旧式的函数调用，工具会忽略它。</translation>
    </message>
    <message>
        <source>None for agents that declare tools.</source>
        <translation>对声明了 tools 的工具无代价。</translation>
    </message>
    <message>
        <source>Join split choices</source>
        <translation>合并 choices</translation>
    </message>
    <message>
        <source>The tool call sits in a second choice, which agents do not read.</source>
        <translation>工具调用位于第二个 choice 中，而工具不会读取它。</translation>
    </message>
    <message>
        <source>Index repair</source>
        <translation>修复 index</translation>
    </message>
    <message>
        <source>The agent stops although a tool was called, or mixes up parallel calls.</source>
        <translation>明明调用了工具却停了下来，或混淆了并行的多个调用。</translation>
    </message>
    <message>
        <source>Argument repair</source>
        <translation>修复工具参数</translation>
    </message>
    <message>
        <source>A tool without arguments is never run, or its arguments cannot be read.</source>
        <translation>无参数的工具从不运行，或参数无法读取。</translation>
    </message>
    <message>
        <source>Salvage broken arguments</source>
        <translation>挽救损坏的参数</translation>
    </message>
    <message>
        <source>A tool&apos;s arguments are cut off, lack a bracket or belong to two calls.</source>
        <translation>工具参数被截断、缺少括号，或混入了两个调用的内容。</translation>
    </message>
    <message>
        <source>A call that was cut off right after a value may run with what it has.</source>
        <translation>恰好在某个值之后被截断的调用，可能会以现有参数运行。</translation>
    </message>
    <message>
        <source>Coerce arguments to the schema</source>
        <translation>按 schema 转换参数</translation>
    </message>
    <message>
        <source>Tools refuse numbers, lists or objects that come as strings.</source>
        <translation>数字、列表或对象以字符串形式传来，被工具拒绝。</translation>
    </message>
    <message>
        <source>The arguments of a tool arrive in one piece at the end.</source>
        <translation>工具参数会在最后一次性到达。</translation>
    </message>
    <message>
        <source>Separate thinking from the answer</source>
        <translation>分离思考与回答</translation>
    </message>
    <message>
        <source>The agent shows the model&apos;s thoughts, with &lt;think&gt; tags, as part of its answer.</source>
        <translation>工具把带 &lt;think&gt; 标签的模型思考内容当作回答的一部分显示。</translation>
    </message>
    <message>
        <source>An answer that does not begin with &lt;think&gt; appears only when it is complete.</source>
        <translation>不以 &lt;think&gt; 开头的回答要等完整后才显示。</translation>
    </message>
    <message>
        <source>Name reasoning both ways</source>
        <translation>同时提供两种推理字段</translation>
    </message>
    <message>
        <source>The agent does not show the model&apos;s thinking, or loses it between turns.</source>
        <translation>工具不显示模型的思考内容，或在多轮之间将其丢失。</translation>
    </message>
    <message>
        <source>Thinking is sent twice.</source>
        <translation>思考内容会发送两次。</translation>
    </message>
    <message>
        <source>Buffer tool calls</source>
        <translation>缓冲工具调用</translation>
    </message>
    <message>
        <source>Half tool calls, or text after them, confuse the agent or break the next request.</source>
        <translation>残缺的工具调用或其后的文本会干扰工具，或使下一个请求出错。</translation>
    </message>
    <message>
        <source>Tool calls appear when the answer is complete.</source>
        <translation>工具调用要等回答完整后才出现。</translation>
    </message>
    <message>
        <source>Put usage where it belongs</source>
        <translation>归位 usage</translation>
    </message>
    <message>
        <source>The agent shows no token counts, or refuses incomplete ones.</source>
        <translation>工具不显示 Token 用量，或拒绝不完整的用量。</translation>
    </message>
    <message>
        <source>Usage for strict clients</source>
        <translation>适配严格客户端的 usage</translation>
    </message>
    <message>
        <source>The agent crashes on the last chunk, or counts tokens several times.</source>
        <translation>工具在最后一个数据块上崩溃，或重复统计 Token。</translation>
    </message>
    <message>
        <source>The finish waits for the chunk after it; not how OpenAI does it.</source>
        <translation>结束标记要等其后的数据块到达；与 OpenAI 的做法不同。</translation>
    </message>
</context>
<context>
    <name>FixSwitch</name>
    <message>
        <source>{count} today</source>
        <translation>今天 {count} 次</translation>
    </message>
    <message>
        <source>would have mended {count}</source>
        <translation>本可修复 {count} 处</translation>
    </message>
    <message>
        <source>{symptom} Price: {price}</source>
        <translation>{symptom}代价：{price}</translation>
    </message>
</context>
<context>
    <name>FixSwitches</name>
    <message>
        <source>Tool calls</source>
        <translation>工具调用</translation>
    </message>
    <message>
        <source>Stream</source>
        <translation>流</translation>
    </message>
    <message>
        <source>Answers and errors</source>
        <translation>回答与错误</translation>
    </message>
    <message>
        <source>Requests</source>
        <translation>请求</translation>
    </message>
    <message>
        <source>Guesses (off)</source>
        <translation>推测（默认关闭）</translation>
    </message>
</context>
<context>
    <name>Grip</name>
    <message>
        <source>Move: drag it, or press the up and down arrow keys</source>
        <translation>移动：拖动，或按上下方向键</translation>
    </message>
</context>
<context>
    <name>JsonTreeModel</name>
    <message>
        <source>◆ added</source>
        <translation>◆ 新增</translation>
    </message>
    <message>
        <source>◆ removed</source>
        <translation>◆ 已移除</translation>
    </message>
    <message>
        <source>◆ changed inside</source>
        <translation>◆ 内部有改动</translation>
    </message>
    <message>
        <source>◆ was {before}</source>
        <translation>◆ 原为 {before}</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>What we changed</source>
        <translation>我们的改动</translation>
    </message>
</context>
<context>
    <name>KeyDesk</name>
    <message>
        <source>Waiting for the keyring…</source>
        <translation>正在等待密钥环…</translation>
    </message>
    <message>
        <source>none, kept until you quit</source>
        <translation>无，仅保留到退出为止</translation>
    </message>
    <message>
        <source>key {tail} in {keyring}</source>
        <translation>密钥 {tail}，存于 {keyring}</translation>
    </message>
    <message>
        <source>key {tail}, kept until you quit</source>
        <translation>密钥 {tail}，仅保留到退出为止</translation>
    </message>
    <message>
        <source>no key yet</source>
        <translation>尚无密钥</translation>
    </message>
    <message>
        <source>the key is locked</source>
        <translation>密钥已锁定</translation>
    </message>
    <message>
        <source>no keyring here: a key is kept until you quit</source>
        <translation>本机没有密钥环：密钥仅保留到退出为止</translation>
    </message>
    <message>
        <source>The key was not kept: {reason}</source>
        <translation>密钥未能保存：{reason}</translation>
    </message>
</context>
<context>
    <name>KeyDialog</name>
    <message>
        <source>Key for {provider}</source>
        <translation>{provider} 的密钥</translation>
    </message>
    <message>
        <source>Paste the provider&apos;s key</source>
        <translation>粘贴供应商的密钥</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>Save key</source>
        <translation>保存密钥</translation>
    </message>
    <message>
        <source>Get a key…</source>
        <translation>获取密钥…</translation>
    </message>
    <message>
        <source>It goes into your system&apos;s keyring, never into a file.</source>
        <translation>它会存入系统密钥环，绝不写入文件。</translation>
    </message>
    <message>
        <source>There is no keyring here: it is kept until you quit, never in a file.</source>
        <translation>此处没有密钥环：密钥保留到你退出为止，绝不写入文件。</translation>
    </message>
    <message>
        <source>It goes into {keyring}, never into a file.</source>
        <translation>它会存入 {keyring}，绝不写入文件。</translation>
    </message>
    <message>
        <source>A key has 8 to 1200 characters.</source>
        <translation>密钥应有 8 到 1200 个字符。</translation>
    </message>
    <message>
        <source>A key has only letters, digits and signs, and no space inside.</source>
        <translation>密钥只含字母、数字和符号，中间没有空格。</translation>
    </message>
    <message>
        <source>This is an address, not a key.</source>
        <translation>这是地址，不是密钥。</translation>
    </message>
</context>
<context>
    <name>Links</name>
    <message>
        <source>Open a page of {host} in your browser?</source>
        <translation>要在浏览器中打开 {host} 的页面吗？</translation>
    </message>
    <message>
        <source>Open it</source>
        <translation>打开</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>&amp;Proxy</source>
        <translation>代理(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Copy address</source>
        <translation>复制地址(&amp;C)</translation>
    </message>
    <message>
        <source>Send a sa&amp;mple request</source>
        <translation>发送示例请求(&amp;M)</translation>
    </message>
    <message>
        <source>Close &amp;window</source>
        <translation>关闭窗口(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Stop proxy</source>
        <translation>停止代理(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Start proxy</source>
        <translation>启动代理(&amp;S)</translation>
    </message>
</context>
<context>
    <name>Notices</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Use port {port}</source>
        <translation>改用端口 {port}</translation>
    </message>
    <message>
        <source>Wiremend goes on in the tray.</source>
        <translation>Wiremend 仍在托盘中运行。</translation>
    </message>
    <message>
        <source>An agent was not let in: {reason}</source>
        <translation>有工具被拒绝接入：{reason}</translation>
    </message>
    <message>
        <source>{size} of traffic came too fast to be kept; the requests say which.</source>
        <translation>有 {size} 流量来得太快，未能保留；相关请求中有注明。</translation>
    </message>
    <message>
        <source>Something went wrong in this window ({kind}); requests are not affected.</source>
        <translation>此窗口出了点问题（{kind}），请求不受影响。</translation>
    </message>
    <message>
        <source>{provider}: its key is locked</source>
        <translation>{provider}：密钥已锁定</translation>
    </message>
    <message>
        <source>{provider} needs “{fix}”, which is off</source>
        <translation>{provider} 需要“{fix}”，但它未开启</translation>
    </message>
    <message>
        <source>Port {port} is used by {holder}. Agents cannot reach Wiremend there.</source>
        <translation>端口 {port} 已被 {holder} 占用，工具无法通过它访问 Wiremend。</translation>
    </message>
    <message>
        <source>The configuration file is not valid: {reason}. {applied}</source>
        <translation>配置文件无效：{reason}。{applied}</translation>
    </message>
    <message>
        <source>Line {line} of the configuration is not valid: {reason}. {applied}</source>
        <translation>配置文件第 {line} 行无效：{reason}。{applied}</translation>
    </message>
    <message>
        <source>The last good one applies.</source>
        <translation>当前沿用上一份有效配置。</translation>
    </message>
    <message>
        <source>This desktop shows no tray. To bring this window back, start Wiremend again or run “wiremend show”.</source>
        <translation>此桌面没有系统托盘。要再次打开此窗口，请重新启动 Wiremend 或运行“wiremend show”。</translation>
    </message>
    <message>
        <source>GNOME shows a tray with the extension “AppIndicator”.</source>
        <translation>在 GNOME 上安装“AppIndicator”扩展即可显示托盘。</translation>
    </message>
</context>
<context>
    <name>Pages</name>
    <message>
        <source>Traffic</source>
        <translation>流量</translation>
    </message>
    <message>
        <source>Providers</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Agents</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>PlainView</name>
    <message>
        <source>Load all</source>
        <translation>加载全部</translation>
    </message>
</context>
<context>
    <name>Problem</name>
    <message>
        <source>No local key came with the request. Every agent has its own: add one in Wiremend under Agents, or with `wiremend agent add NAME`.</source>
        <translation>请求未携带本地密钥。每个工具都有自己的密钥：请在 Wiremend 的“工具”页添加，或运行 `wiremend agent add NAME`。</translation>
    </message>
    <message>
        <source>The local key is not one of Wiremend&apos;s. Copy the agent&apos;s key from Wiremend, or make one with `wiremend agent add NAME`.</source>
        <translation>这不是 Wiremend 的本地密钥。请从 Wiremend 复制该工具的密钥，或运行 `wiremend agent add NAME` 生成一个。</translation>
    </message>
    <message>
        <source>Requests from web pages are not accepted.</source>
        <translation>不接受来自网页的请求。</translation>
    </message>
    <message>
        <source>The Host header does not name this proxy. Use the address that Wiremend shows.</source>
        <translation>Host 头不是此代理的地址。请使用 Wiremend 显示的地址。</translation>
    </message>
    <message>
        <source>The request needs the content type application/json and no content encoding.</source>
        <translation>请求的 Content-Type 须为 application/json，且不能带内容编码。</translation>
    </message>
    <message>
        <source>The request is larger than 64 MiB.</source>
        <translation>请求超过 64 MiB。</translation>
    </message>
    <message>
        <source>There is no such endpoint here. Wiremend serves the OpenAI and Anthropic paths below /v1 and /&lt;provider&gt;/v1.</source>
        <translation>这里没有此接口。Wiremend 在 /v1 和 /&lt;provider&gt;/v1 下提供 OpenAI 与 Anthropic 的路径。</translation>
    </message>
    <message>
        <source>No provider of that name is configured.</source>
        <translation>没有配置该名称的供应商。</translation>
    </message>
    <message>
        <source>The provider&apos;s key is not available: the keyring is locked, absent, or does not hold it. Look at the provider&apos;s card in Wiremend.</source>
        <translation>无法取得供应商的密钥：密钥环已锁定、不存在或没有该密钥。请查看 Wiremend 中该供应商的卡片。</translation>
    </message>
    <message>
        <source>Too many requests are running; this one was not sent.</source>
        <translation>正在进行的请求太多，此请求未发送。</translation>
    </message>
    <message>
        <source>The provider could not be reached.</source>
        <translation>无法连接到供应商。</translation>
    </message>
    <message>
        <source>The provider&apos;s name could not be resolved.</source>
        <translation>无法解析供应商的域名。</translation>
    </message>
    <message>
        <source>The provider&apos;s certificate is not trusted.</source>
        <translation>供应商的证书不受信任。</translation>
    </message>
    <message>
        <source>The provider closed the connection before it answered.</source>
        <translation>供应商在响应之前关闭了连接。</translation>
    </message>
    <message>
        <source>The provider answered with a redirect, which is never followed.</source>
        <translation>供应商返回了重定向，Wiremend 从不跟随重定向。</translation>
    </message>
    <message>
        <source>The provider&apos;s address leads back to Wiremend itself.</source>
        <translation>供应商的地址指回了 Wiremend 自己。</translation>
    </message>
    <message>
        <source>The provider&apos;s answer is not one that HTTP or the endpoint allows.</source>
        <translation>供应商的响应不符合 HTTP 或该接口的规定。</translation>
    </message>
    <message>
        <source>The provider did not accept the connection in time.</source>
        <translation>供应商未能及时接受连接。</translation>
    </message>
    <message>
        <source>The provider sent nothing within the time allowed.</source>
        <translation>供应商在规定时间内没有发送任何内容。</translation>
    </message>
    <message>
        <source>The provider fell silent for longer than is allowed.</source>
        <translation>供应商沉默的时间超过了上限。</translation>
    </message>
    <message>
        <source>The provider ended the stream before the answer was complete.</source>
        <translation>回答尚未完成，供应商就结束了流。</translation>
    </message>
    <message>
        <source>The connection to the provider broke.</source>
        <translation>与供应商的连接中断。</translation>
    </message>
    <message>
        <source>The provider sent an event larger than 32 MiB.</source>
        <translation>供应商发送了超过 32 MiB 的事件。</translation>
    </message>
    <message>
        <source>Wiremend is shutting down.</source>
        <translation>Wiremend 正在关闭。</translation>
    </message>
    <message>
        <source>The provider ended the answer with an error.</source>
        <translation>供应商以错误结束了回答。</translation>
    </message>
    <message>
        <source>The agent closed the connection.</source>
        <translation>工具关闭了连接。</translation>
    </message>
    <message>
        <source>after {events} events, {count} bytes</source>
        <translation>已收到 {events} 个事件、{count} 字节</translation>
    </message>
    <message>
        <source>after {count} bytes</source>
        <translation>已收到 {count} 字节</translation>
    </message>
</context>
<context>
    <name>ProviderCard</name>
    <message>
        <source>Passthrough</source>
        <translation>原样透传</translation>
    </message>
    <message>
        <source>Enter key…</source>
        <translation>输入密钥…</translation>
    </message>
    <message>
        <source>Delete key</source>
        <translation>删除密钥</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>编辑…</translation>
    </message>
    <message>
        <source>Show its requests</source>
        <translation>查看它的请求</translation>
    </message>
    <message>
        <source>Duplicate…</source>
        <translation>复制一份…</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>More for this provider</source>
        <translation>此供应商的更多操作</translation>
    </message>
    <message>
        <source>Copy its address</source>
        <translation>复制它的地址</translation>
    </message>
    <message>
        <source>Make it the default</source>
        <translation>设为默认</translation>
    </message>
    <message>
        <source>Fewer fixes ▴</source>
        <translation>收起 ▴</translation>
    </message>
    <message>
        <source>{count} more fixes ▾</source>
        <translation>另外 {count} 项修复 ▾</translation>
    </message>
    <message>
        <source>built in, broken on purpose</source>
        <translation>内置，故意出错</translation>
    </message>
    <message>
        <source>{host} · default provider</source>
        <translation>{host} · 默认供应商</translation>
    </message>
    <message>
        <source>A switch applies to the next request.</source>
        <translation>开关从下一个请求起生效。</translation>
    </message>
    <message>
        <source>On: every byte goes through untouched; the fixes only count.</source>
        <translation>开启后每个字节都原样转发，各项修复只做统计。</translation>
    </message>
    <message>
        <source>{requests} requests today · {repaired} repaired</source>
        <translation>今天 {requests} 个请求 · 修复 {repaired} 个</translation>
    </message>
    <message>
        <source>{requests} request today · {repaired} repaired</source>
        <translation>今天 {requests} 个请求 · 修复 {repaired} 个</translation>
    </message>
    <message>
        <source>no request yet today</source>
        <translation>今天还没有请求</translation>
    </message>
    <message>
        <source>the last request failed: {status}</source>
        <translation>上一个请求失败：{status}</translation>
    </message>
    <message>
        <source>the last answer was cut off</source>
        <translation>上一个回答被中断</translation>
    </message>
    <message>
        <source>the last request ran out of time</source>
        <translation>上一个请求超时</translation>
    </message>
    <message>
        <source>the last request was refused: {status}</source>
        <translation>上一个请求被拒绝：{status}</translation>
    </message>
    <message>
        <source>needs attention</source>
        <translation>需要留意</translation>
    </message>
    <message>
        <source>healthy</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>{title} would have helped in {count} of {requests} requests today.</source>
        <translation>今天 {requests} 个请求中，“{title}”本可帮到 {count} 个。</translation>
    </message>
    <message>
        <source>{title} would have helped in the one request of today.</source>
        <translation>今天唯一的请求中，“{title}”本可帮上忙。</translation>
    </message>
    <message>
        <source>Turn on {title}</source>
        <translation>开启“{title}”</translation>
    </message>
    <message>
        <source>The key&apos;s state is not known yet.</source>
        <translation>密钥状态未知。</translation>
    </message>
    <message>
        <source>Change key…</source>
        <translation>更换密钥…</translation>
    </message>
    <message>
        <source>needs no key</source>
        <translation>无需密钥</translation>
    </message>
    <message>
        <source>the agent brings its own key</source>
        <translation>由工具自带密钥</translation>
    </message>
    <message>
        <source>there is no environment variable {name} here</source>
        <translation>这里没有环境变量 {name}</translation>
    </message>
    <message>
        <source>key from the environment variable {name}</source>
        <translation>密钥取自环境变量 {name}</translation>
    </message>
</context>
<context>
    <name>ProviderDialog</name>
    <message>
        <source>Add provider</source>
        <translation>添加供应商</translation>
    </message>
    <message>
        <source>Edit provider</source>
        <translation>编辑供应商</translation>
    </message>
    <message>
        <source>Get a key…</source>
        <translation>获取密钥…</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>in the system&apos;s keyring</source>
        <translation>存于系统密钥环</translation>
    </message>
    <message>
        <source>in an environment variable</source>
        <translation>取自环境变量</translation>
    </message>
    <message>
        <source>the agent brings its own</source>
        <translation>由工具自带</translation>
    </message>
    <message>
        <source>none needed</source>
        <translation>无需密钥</translation>
    </message>
    <message>
        <source>Paste it here, or enter it later</source>
        <translation>粘贴到此处，也可稍后输入</translation>
    </message>
    <message>
        <source>Search providers</source>
        <translation>搜索供应商</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Id in addresses</source>
        <translation>地址中的标识(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Base URL</source>
        <translation>接口地址(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Key</source>
        <translation>密钥(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Variable</source>
        <translation>变量(&amp;V)</translation>
    </message>
    <message>
        <source>Key&apos;s &amp;text</source>
        <translation>密钥内容(&amp;T)</translation>
    </message>
    <message>
        <source>Key is &amp;sent as</source>
        <translation>密钥发送方式(&amp;S)</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>No name, no password, no ? and no # in the address.</source>
        <translation>地址中不能有用户名、密码、? 或 #。</translation>
    </message>
    <message>
        <source>Known providers</source>
        <translation>已知供应商</translation>
    </message>
    <message>
        <source>The id has small letters, digits and dashes, and at most 40 of them.</source>
        <translation>标识只能包含小写字母、数字和连字符，最多 40 个字符。</translation>
    </message>
    <message>
        <source>There is a provider with this id already.</source>
        <translation>已有使用此标识的供应商。</translation>
    </message>
    <message>
        <source>The name is one line of at most 100 characters.</source>
        <translation>名称只能有一行，最多 100 个字符。</translation>
    </message>
    <message>
        <source>The variable&apos;s name has letters, digits and underscores.</source>
        <translation>变量名只能包含字母、数字和下划线。</translation>
    </message>
    <message>
        <source>The base URL is not an address.</source>
        <translation>接口地址不是有效的网址。</translation>
    </message>
    <message>
        <source>The base URL begins with https:// and names a host.</source>
        <translation>接口地址须以 https:// 开头并包含主机名。</translation>
    </message>
    <message>
        <source>Only addresses of this network may do without https.</source>
        <translation>只有本地网络的地址可以不用 https。</translation>
    </message>
</context>
<context>
    <name>ProviderMenu</name>
    <message>
        <source>Passthrough: touch nothing</source>
        <translation>原样透传：什么都不改</translation>
    </message>
    <message>
        <source>More fixes</source>
        <translation>更多修复</translation>
    </message>
    <message>
        <source>{provider} · {count} fixes</source>
        <translation>{provider} · {count} 项修复</translation>
    </message>
    <message>
        <source>{provider} · passthrough</source>
        <translation>{provider} · 原样透传</translation>
    </message>
    <message>
        <source>{provider} · 1 fix</source>
        <translation>{provider} · 1 项修复</translation>
    </message>
</context>
<context>
    <name>ProvidersPage</name>
    <message>
        <source>Providers</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Where requests go, and which fixes apply.</source>
        <translation>请求发往哪里，应用哪些修复。</translation>
    </message>
    <message>
        <source>No provider yet. Add the first one.</source>
        <translation>还没有供应商，请添加第一家。</translation>
    </message>
    <message>
        <source>+ Add provider</source>
        <translation>+ 添加供应商</translation>
    </message>
    <message>
        <source>Send a sample request</source>
        <translation>发送示例请求</translation>
    </message>
    <message>
        <source>Asks the built-in demo provider, which breaks things on purpose.</source>
        <translation>请求内置的演示供应商，它会故意出错。</translation>
    </message>
    <message>
        <source>Delete the key of {provider} from the keyring?</source>
        <translation>要从密钥环中删除 {provider} 的密钥吗？</translation>
    </message>
    <message>
        <source>Delete key</source>
        <translation>删除密钥</translation>
    </message>
    <message>
        <source>Remove {provider}?</source>
        <translation>要移除 {provider} 吗？</translation>
    </message>
    <message>
        <source>Delete its key from the keyring too</source>
        <translation>同时从密钥环中删除它的密钥</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
</context>
<context>
    <name>QuitDialog</name>
    <message>
        <source>Keep the proxy running in the background?</source>
        <translation>让代理在后台继续运行吗？</translation>
    </message>
    <message>
        <source>There is no tray on this desktop; start Wiremend again to bring this window back, or run “wiremend quit” to end it.</source>
        <translation>此桌面没有托盘；再次启动 Wiremend 即可找回此窗口，或运行 “wiremend quit” 结束它。</translation>
    </message>
    <message>
        <source>Keep it running</source>
        <translation>继续运行</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>{count} answers are still being written. Quit anyway?</source>
        <translation>还有 {count} 个回答正在传输，仍要退出吗？</translation>
    </message>
    <message>
        <source>One answer is still being written. Quit anyway?</source>
        <translation>还有 1 个回答正在传输，仍要退出吗？</translation>
    </message>
    <message>
        <source>Quit when done</source>
        <translation>完成后退出</translation>
    </message>
    <message>
        <source>Quit now</source>
        <translation>立即退出</translation>
    </message>
</context>
<context>
    <name>RawTab</name>
    <message>
        <source>Received</source>
        <translation>收到</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>发出</translation>
    </message>
    <message>
        <source>Only the first {size} are shown; “Save…” writes all of it.</source>
        <translation>仅显示前 {size}，“保存…”会写出全部内容。</translation>
    </message>
</context>
<context>
    <name>Reason</name>
    <message>
        <source>line {line}, column {column}: {reason}</source>
        <translation>第 {line} 行第 {column} 列：{reason}</translation>
    </message>
    <message>
        <source>{file}: line {line}, column {column}: {reason}</source>
        <translation>{file}：第 {line} 行第 {column} 列：{reason}</translation>
    </message>
    <message>
        <source>{agent} is not set up by a file</source>
        <translation>{agent} 不是用文件来设置的</translation>
    </message>
    <message>
        <source>{agent} reads {file}; creating {other} would make it stop doing so</source>
        <translation>{agent} 正在读取 {file}；一旦创建 {other}，它就不再读取前者</translation>
    </message>
    <message>
        <source>the file has changed in the meantime: look at the change again</source>
        <translation>文件在此期间已被改动：请重新查看要做的更改</translation>
    </message>
    <message>
        <source>the file cannot be written: {cause}</source>
        <translation>无法写入文件：{cause}</translation>
    </message>
    <message>
        <source>{file} cannot be read: {cause}</source>
        <translation>无法读取 {file}：{cause}</translation>
    </message>
    <message>
        <source>{file} is not a plain file of a sensible size</source>
        <translation>{file} 不是大小合理的普通文件</translation>
    </message>
    <message>
        <source>{file} is not UTF-8 text</source>
        <translation>{file} 不是 UTF-8 文本</translation>
    </message>
    <message>
        <source>the file is built in a way that cannot be changed safely</source>
        <translation>文件的写法使它无法被安全地更改</translation>
    </message>
    <message>
        <source>our entry shares its lines with others: remove it by hand</source>
        <translation>我们的条目与其他内容写在同一行：请手动删除</translation>
    </message>
    <message>
        <source>our entry could not be removed safely</source>
        <translation>无法安全地删除我们的条目</translation>
    </message>
    <message>
        <source>`models` must be a list with one item a line</source>
        <translation>`models` 必须是每行一项的列表</translation>
    </message>
    <message>
        <source>`{name}` is set here already: remove it, or use the shell lines</source>
        <translation>这里已经设置了 `{name}`：请先删除它，或改用命令行的写法</translation>
    </message>
    <message>
        <source>nothing more was expected here</source>
        <translation>这里不应再有内容</translation>
    </message>
    <message>
        <source>a value was expected</source>
        <translation>这里应有一个值</translation>
    </message>
    <message>
        <source>a name in double quotes was expected</source>
        <translation>这里应有一个用双引号括起的名称</translation>
    </message>
    <message>
        <source>the string is not closed or not legal</source>
        <translation>字符串没有结束，或者不合规则</translation>
    </message>
    <message>
        <source>a colon was expected</source>
        <translation>这里应有冒号</translation>
    </message>
    <message>
        <source>this name stands here twice</source>
        <translation>这个名称在这里出现了两次</translation>
    </message>
    <message>
        <source>a comma or {closing} was expected</source>
        <translation>这里应有逗号或 {closing}</translation>
    </message>
    <message>
        <source>an object was expected here</source>
        <translation>这里应有一个对象</translation>
    </message>
    <message>
        <source>a mapping with one key a line was expected</source>
        <translation>应为每行一个键的映射</translation>
    </message>
    <message>
        <source>nested too deeply</source>
        <translation>嵌套过深</translation>
    </message>
    <message>
        <source>this is not TOML</source>
        <translation>这不是 TOML</translation>
    </message>
    <message>
        <source>this is not YAML</source>
        <translation>这不是 YAML</translation>
    </message>
    <message>
        <source>this is not YAML: {cause}</source>
        <translation>这不是 YAML：{cause}</translation>
    </message>
    <message>
        <source>The key is empty.</source>
        <translation>密钥是空的。</translation>
    </message>
    <message>
        <source>That is an address, not a key.</source>
        <translation>这是地址，不是密钥。</translation>
    </message>
    <message>
        <source>A key holds printable ASCII characters only, and no white space.</source>
        <translation>密钥只含可打印的 ASCII 字符，没有空白。</translation>
    </message>
    <message>
        <source>A key has {shortest} to {longest} characters.</source>
        <translation>密钥长 {shortest} 到 {longest} 个字符。</translation>
    </message>
    <message>
        <source>The keyring is locked or does not answer.</source>
        <translation>密钥环已锁定，或没有响应。</translation>
    </message>
    <message>
        <source>The keyring refused.</source>
        <translation>密钥环拒绝了。</translation>
    </message>
    <message>
        <source>No key is stored for this provider.</source>
        <translation>没有为这个供应商保存密钥。</translation>
    </message>
    <message>
        <source>This system has no keyring, and no key was entered.</source>
        <translation>这个系统没有密钥环，也没有输入密钥。</translation>
    </message>
    <message>
        <source>{variable} names a keyring that is not used here, and no key was entered.</source>
        <translation>{variable} 指定的密钥环在这里不使用，也没有输入密钥。</translation>
    </message>
    <message>
        <source>the proxy is not running</source>
        <translation>代理没有运行</translation>
    </message>
    <message>
        <source>the request was refused: {cause}</source>
        <translation>请求被拒绝：{cause}</translation>
    </message>
    <message>
        <source>the request failed: {cause}</source>
        <translation>请求失败：{cause}</translation>
    </message>
    <message>
        <source>a fault of Wiremend&apos;s own: {cause}</source>
        <translation>Wiremend 自身的故障：{cause}</translation>
    </message>
    <message>
        <source>there is no answer to make a case of</source>
        <translation>没有可以用来生成用例的回答</translation>
    </message>
    <message>
        <source>the proxy has not ended yet</source>
        <translation>代理尚未结束</translation>
    </message>
    <message>
        <source>another Wiremend</source>
        <translation>另一个 Wiremend</translation>
    </message>
    <message>
        <source>{program} (process {number})</source>
        <translation>{program}（进程 {number}）</translation>
    </message>
    <message>
        <source>another program</source>
        <translation>另一个程序</translation>
    </message>
    <message>
        <source>another program, probably {program}</source>
        <translation>另一个程序，可能是 {program}</translation>
    </message>
</context>
<context>
    <name>RequestActions</name>
    <message>
        <source>Fixes of this provider</source>
        <translation>此供应商的修复</translation>
    </message>
    <message>
        <source>Copy, save or report this request</source>
        <translation>复制、保存或上报此请求</translation>
    </message>
    <message>
        <source>Copy as curl</source>
        <translation>复制为 curl</translation>
    </message>
    <message>
        <source>Copy answer</source>
        <translation>复制回答</translation>
    </message>
    <message>
        <source>Copy event</source>
        <translation>复制事件</translation>
    </message>
    <message>
        <source>Make a bug report</source>
        <translation>生成问题报告</translation>
    </message>
    <message>
        <source>Save as HAR…</source>
        <translation>另存为 HAR…</translation>
    </message>
    <message>
        <source>Save as case…</source>
        <translation>另存为用例…</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>重新发送</translation>
    </message>
    <message>
        <source>&amp;Actions</source>
        <translation>操作(&amp;A)</translation>
    </message>
    <message>
        <source>the event</source>
        <translation>该事件</translation>
    </message>
    <message>
        <source>the curl command</source>
        <translation>curl 命令</translation>
    </message>
    <message>
        <source>the answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>the bug report, ready to be pasted</source>
        <translation>问题报告，可直接粘贴</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>置顶保留</translation>
    </message>
    <message>
        <source>Show this provider</source>
        <translation>查看此供应商</translation>
    </message>
    <message>
        <source>Send again (no longer kept)</source>
        <translation>重新发送（内容已不再保留）</translation>
    </message>
    <message>
        <source>Send again (only the agent has the key)</source>
        <translation>重新发送（密钥只在工具手中）</translation>
    </message>
    <message>
        <source>As this provider is set now</source>
        <translation>按供应商当前设置</translation>
    </message>
    <message>
        <source>With the fixes</source>
        <translation>应用修复</translation>
    </message>
    <message>
        <source>Untouched</source>
        <translation>原样透传</translation>
    </message>
    <message>
        <source>Both ways, side by side</source>
        <translation>两种方式并排对照</translation>
    </message>
    <message>
        <source>There is nothing to copy.</source>
        <translation>没有可复制的内容。</translation>
    </message>
    <message>
        <source>Copied: {what}</source>
        <translation>已复制：{what}</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>已保存：{path}</translation>
    </message>
    <message>
        <source>1 value that looked like a secret removed</source>
        <translation>已去除 1 个疑似密钥的值</translation>
    </message>
    <message>
        <source>{count} values that looked like secrets removed</source>
        <translation>已去除 {count} 个疑似密钥的值</translation>
    </message>
</context>
<context>
    <name>RequestDetail</name>
    <message>
        <source>With the fixes</source>
        <translation>应用修复</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>事件</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具调用</translation>
    </message>
    <message>
        <source>Request</source>
        <translation>请求</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>改动</translation>
    </message>
    <message>
        <source>Timing</source>
        <translation>耗时</translation>
    </message>
    <message>
        <source>Raw</source>
        <translation>原始数据</translation>
    </message>
    <message>
        <source>No request is chosen.</source>
        <translation>未选择请求。</translation>
    </message>
    <message>
        <source>passthrough</source>
        <translation>原样透传</translation>
    </message>
    <message>
        <source>first token {s}</source>
        <translation>首 Token {s}</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} Token</translation>
    </message>
    <message>
        <source>{rate} tok/s</source>
        <translation>{rate} Token/秒</translation>
    </message>
</context>
<context>
    <name>RequestList</name>
    <message>
        <source>Requests</source>
        <translation>请求</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>空格</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清空</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>置顶保留</translation>
    </message>
    <message>
        <source>No request meets the filter.</source>
        <translation>没有符合筛选条件的请求。</translation>
    </message>
    <message>
        <source>Filter: words, fixed, status&gt;=400 …</source>
        <translation>筛选：关键词、fixed、status&gt;=400 …</translation>
    </message>
    <message>
        <source>Filter of the requests</source>
        <translation>筛选请求</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Go on ({count} new)</source>
        <translation>继续（新增 {count} 条）</translation>
    </message>
    <message>
        <source>↓ {count} new</source>
        <translation>↓ {count} 条新请求</translation>
    </message>
    <message>
        <source>1 older request was dropped.</source>
        <translation>已丢弃 1 个较早的请求。</translation>
    </message>
    <message>
        <source>{count} older requests were dropped.</source>
        <translation>已丢弃 {count} 个较早的请求。</translation>
    </message>
    <message>
        <source>The contents of 1 older request were dropped.</source>
        <translation>已丢弃 1 个较早请求的内容。</translation>
    </message>
    <message>
        <source>The contents of {count} older requests were dropped.</source>
        <translation>已丢弃 {count} 个较早请求的内容。</translation>
    </message>
</context>
<context>
    <name>RequestTab</name>
    <message>
        <source>Headers, without keys</source>
        <translation>请求头（不含密钥）</translation>
    </message>
    <message>
        <source>The chosen value</source>
        <translation>选中的值</translation>
    </message>
    <message>
        <source>Body of the request</source>
        <translation>请求体</translation>
    </message>
    <message>
        <source>The request has not gone to the provider.</source>
        <translation>请求尚未发往供应商。</translation>
    </message>
    <message>
        <source>The body went to the provider byte for byte.</source>
        <translation>请求体已逐字节原样发往供应商。</translation>
    </message>
    <message>
        <source>The body was changed on its way; ◆ marks where.</source>
        <translation>请求体在途中有改动，◆ 标出了位置。</translation>
    </message>
    <message>
        <source>From the agent:</source>
        <translation>来自工具：</translation>
    </message>
    <message>
        <source>To the provider:</source>
        <translation>发往供应商：</translation>
    </message>
    <message>
        <source>The provider&apos;s answer: {status}</source>
        <translation>供应商的响应：{status}</translation>
    </message>
</context>
<context>
    <name>Service</name>
    <message>
        <source>Port {port} is used by {holder}.</source>
        <translation>端口 {port} 已被 {holder} 占用。</translation>
    </message>
    <message>
        <source>The proxy cannot start: {reason}</source>
        <translation>代理无法启动：{reason}</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Port, start-up, privacy, language.</source>
        <translation>端口、启动、隐私、语言。</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>&amp;Port</source>
        <translation>端口(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Default provider</source>
        <translation>默认供应商(&amp;D)</translation>
    </message>
    <message>
        <source>Agents point at this port: after a change they need the new address. The proxy listens on this computer only.</source>
        <translation>工具指向此端口，更改后需要为它们填写新地址。代理只监听本机。</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>Change the port</source>
        <translation>更改端口</translation>
    </message>
    <message>
        <source>hides the window, the tray stays</source>
        <translation>隐藏窗口，保留托盘</translation>
    </message>
    <message>
        <source>minimises the window</source>
        <translation>最小化窗口</translation>
    </message>
    <message>
        <source>quits</source>
        <translation>退出程序</translation>
    </message>
    <message>
        <source>Start-up</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Start at &amp;login</source>
        <translation>登录时启动(&amp;L)</translation>
    </message>
    <message>
        <source>Start &amp;hidden, in the tray</source>
        <translation>启动时隐藏到托盘(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Close button</source>
        <translation>关闭按钮(&amp;C)</translation>
    </message>
    <message>
        <source>Clear now</source>
        <translation>立即清除</translation>
    </message>
    <message>
        <source>Forgets every recorded request.</source>
        <translation>清除所有已记录的请求。</translation>
    </message>
    <message>
        <source>Lock keys now</source>
        <translation>立即锁定密钥</translation>
    </message>
    <message>
        <source>Forgets the providers&apos; keys: requests fail until you click Unlock on a provider.</source>
        <translation>忘记各供应商的密钥：在供应商卡片上点击“解锁”之前，请求都会失败。</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>隐私</translation>
    </message>
    <message>
        <source>Keep at most (&amp;requests)</source>
        <translation>最多保留（请求数）(&amp;R)</translation>
    </message>
    <message>
        <source>Keep at most (&amp;MB)</source>
        <translation>最多保留（MB）(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Keep them on disk too</source>
        <translation>同时保存到磁盘(&amp;K)</translation>
    </message>
    <message>
        <source>Requests and answers are kept in memory and are gone when the application quits. On disk they stay for {days} days, up to {size} MB, as HAR files that only you can read: prompts may be personal. Keys are taken out before anything is kept.</source>
        <translation>请求和回答保留在内存中，程序退出后即消失。若保存到磁盘，则以只有你可读取的 HAR 文件保留 {days} 天，最多 {size} MB：提示词可能含有个人信息。密钥在保留之前就已去除。</translation>
    </message>
    <message>
        <source>light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>fits the panel</source>
        <translation>适应面板</translation>
    </message>
    <message>
        <source>in colour</source>
        <translation>彩色</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>L&amp;anguage</source>
        <translation>语言(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>主题(&amp;T)</translation>
    </message>
    <message>
        <source>Tray &amp;icon</source>
        <translation>托盘图标(&amp;I)</translation>
    </message>
    <message>
        <source>as the system has it</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>only problems</source>
        <translation>仅出现问题时</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>&amp;Show</source>
        <translation>显示(&amp;S)</translation>
    </message>
    <message>
        <source>Export settings…</source>
        <translation>导出设置…</translation>
    </message>
    <message>
        <source>Import settings…</source>
        <translation>导入设置…</translation>
    </message>
    <message>
        <source>Open log folder</source>
        <translation>打开日志文件夹</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>高级</translation>
    </message>
    <message>
        <source>An export holds no key, neither yours nor an agent&apos;s.</source>
        <translation>导出的文件不含任何密钥，无论是你的还是工具的。</translation>
    </message>
    <message>
        <source>Licences of the packages in use</source>
        <translation>所用软件包的许可证</translation>
    </message>
    <message>
        <source>About</source>
        <translation>关于</translation>
    </message>
    <message>
        <source>Free software under the MIT licence.</source>
        <translation>自由软件，采用 MIT 许可证。</translation>
    </message>
    <message>
        <source>Built on:</source>
        <translation>基于：</translation>
    </message>
    <message>
        <source>Programs of this computer need &amp;no local key</source>
        <translation>本机程序无需本地密钥(&amp;N)</translation>
    </message>
    <message>
        <source>Export settings</source>
        <translation>导出设置</translation>
    </message>
    <message>
        <source>Import settings</source>
        <translation>导入设置</translation>
    </message>
</context>
<context>
    <name>Side</name>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>{count} streaming</source>
        <translation>{count} 个传输中</translation>
    </message>
    <message>
        <source>{count} streaming · {speed} tok/s</source>
        <translation>{count} 个传输中 · {speed} Token/秒</translation>
    </message>
    <message>
        <source>keys: {keyring}</source>
        <translation>密钥：{keyring}</translation>
    </message>
    <message>
        <source>Not running</source>
        <translation>未运行</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
</context>
<context>
    <name>StripChart</name>
    <message>
        <source>Events over time</source>
        <translation>事件时间分布</translation>
    </message>
</context>
<context>
    <name>TimingTab</name>
    <message>
        <source>Timing</source>
        <translation>耗时</translation>
    </message>
    <message>
        <source>Events over time; ◆ where a fix acted.</source>
        <translation>事件随时间的分布，◆ 为修复生效处。</translation>
    </message>
    <message>
        <source>Sent to the provider after</source>
        <translation>发往供应商</translation>
    </message>
    <message>
        <source>Connected within</source>
        <translation>建立连接耗时</translation>
    </message>
    <message>
        <source>Headers of the answer after</source>
        <translation>收到响应头</translation>
    </message>
    <message>
        <source>First byte after</source>
        <translation>首字节</translation>
    </message>
    <message>
        <source>First token after</source>
        <translation>首 Token</translation>
    </message>
    <message>
        <source>Finished after</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Longest silence between events</source>
        <translation>事件间最长停顿</translation>
    </message>
    <message>
        <source>Silences over {seconds} s</source>
        <translation>超过 {seconds} 秒的停顿</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Tokens a second</source>
        <translation>每秒 Token</translation>
    </message>
    <message>
        <source>{count}, {seconds} together</source>
        <translation>{count} 次，共 {seconds}</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>connected before</source>
        <translation>沿用已有连接</translation>
    </message>
</context>
<context>
    <name>ToolsTab</name>
    <message>
        <source>Arguments</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>The answer is no longer kept.</source>
        <translation>回答内容已不再保留。</translation>
    </message>
    <message>
        <source>No tool has been called yet.</source>
        <translation>尚未调用工具。</translation>
    </message>
    <message>
        <source>This answer calls no tool.</source>
        <translation>此回答没有调用工具。</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>Tool calls</source>
        <translation>工具调用</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>尚无</translation>
    </message>
    <message>
        <source>came at {time}</source>
        <translation>{time} 返回</translation>
    </message>
</context>
<context>
    <name>TrafficPage</name>
    <message>
        <source>Next request</source>
        <translation>下一个请求</translation>
    </message>
    <message>
        <source>Previous request</source>
        <translation>上一个请求</translation>
    </message>
    <message>
        <source>Read the request</source>
        <translation>查看请求内容</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>置顶保留</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Pause, or go on</source>
        <translation>暂停或继续</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清空</translation>
    </message>
    <message>
        <source>Events received, sent, side by side</source>
        <translation>事件：收到、发出、并排</translation>
    </message>
    <message>
        <source>Previous fix</source>
        <translation>上一处修复</translation>
    </message>
    <message>
        <source>Next fix</source>
        <translation>下一处修复</translation>
    </message>
    <message>
        <source>Save as HAR…</source>
        <translation>另存为 HAR…</translation>
    </message>
    <message>
        <source>Traffic</source>
        <translation>流量</translation>
    </message>
    <message>
        <source>What your agents and providers really say to each other.</source>
        <translation>你的工具和供应商之间实际的往来内容。</translation>
    </message>
    <message>
        <source>No request yet</source>
        <translation>还没有请求</translation>
    </message>
    <message>
        <source>Point a tool at the address below; the Agents page shows how.
Or try it without one: the built-in demo provider breaks its answer on purpose, and you see it mended.</source>
        <translation>让工具指向下方的地址，具体做法见“工具”页。
也可以先试试：内置的演示供应商会故意弄坏回答，你会看到它被修好。</translation>
    </message>
    <message>
        <source>Send a sample request</source>
        <translation>发送示例请求</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>the proxy has failed</source>
        <translation>代理出错</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>{count} streaming</source>
        <translation>{count} 个传输中</translation>
    </message>
    <message>
        <source>{count} streaming, {speed} tok/s</source>
        <translation>{count} 个传输中，{speed} Token/秒</translation>
    </message>
    <message>
        <source>{address}, {count} providers</source>
        <translation>{address}，{count} 家供应商</translation>
    </message>
    <message>
        <source>{address}, 1 provider</source>
        <translation>{address}，1 家供应商</translation>
    </message>
</context>
<context>
    <name>TrayMenu</name>
    <message>
        <source>More providers…</source>
        <translation>更多供应商…</translation>
    </message>
    <message>
        <source>Everything untouched (passthrough)</source>
        <translation>全部原样透传</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Stop proxy</source>
        <translation>停止代理</translation>
    </message>
    <message>
        <source>Start proxy</source>
        <translation>启动代理</translation>
    </message>
    <message>
        <source>Unlock its key…</source>
        <translation>解锁密钥…</translation>
    </message>
    <message>
        <source>Turn on {fix}</source>
        <translation>开启“{fix}”</translation>
    </message>
    <message>
        <source>Open traffic</source>
        <translation>打开流量</translation>
    </message>
    <message>
        <source>Show request</source>
        <translation>显示该请求</translation>
    </message>
    <message>
        <source>Ignore</source>
        <translation>忽略</translation>
    </message>
    <message>
        <source>The proxy has stopped: it failed too often</source>
        <translation>代理已停止：失败次数过多</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Running on {address}, {count} streaming</source>
        <translation>运行于 {address}，{count} 个传输中</translation>
    </message>
    <message>
        <source>Running on {address}, {count} streaming, {speed} tok/s</source>
        <translation>运行于 {address}，{count} 个传输中，{speed} Token/秒</translation>
    </message>
    <message>
        <source>Running on {address}</source>
        <translation>运行于 {address}</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Show</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Wiremend lives in the tray from now on.</source>
        <translation>Wiremend 今后常驻托盘。</translation>
    </message>
    <message>
        <source>Start Wiremend again, or run “wiremend show”, to bring this window back.</source>
        <translation>再次启动 Wiremend，或运行 “wiremend show”，即可找回此窗口。</translation>
    </message>
    <message>
        <source>It works: nothing in this answer had to be fixed.</source>
        <translation>运行正常：这次回答无需任何修复。</translation>
    </message>
    <message>
        <source>{count} things were fixed in this answer: {fixes}.</source>
        <translation>这次回答中修复了 {count} 处：{fixes}。</translation>
    </message>
    <message>
        <source>{fix} fixed {count} events in this answer.</source>
        <translation>“{fix}”在这次回答中修复了 {count} 个事件。</translation>
    </message>
    <message>
        <source>{fix} fixed 1 event in this answer.</source>
        <translation>“{fix}”在这次回答中修复了 1 个事件。</translation>
    </message>
</context>
<context>
    <name>Wishes</name>
    <message>
        <source>The models could not be listed: {reason}</source>
        <translation>无法列出模型：{reason}</translation>
    </message>
    <message>
        <source>Sent again; the answer is shown when it is complete.</source>
        <translation>已重新发送，回答完整后显示。</translation>
    </message>
    <message>
        <source>The address is copied.</source>
        <translation>地址已复制。</translation>
    </message>
    <message>
        <source>The requests are forgotten.</source>
        <translation>请求已清除。</translation>
    </message>
    <message>
        <source>The keys are locked.</source>
        <translation>密钥已锁定。</translation>
    </message>
    <message>
        <source>Exported to {path}.</source>
        <translation>已导出到 {path}。</translation>
    </message>
    <message>
        <source>Imported. The former settings are kept in {path}.</source>
        <translation>已导入。原来的设置保存在 {path}。</translation>
    </message>
    <message>
        <source>The folder is {path}.</source>
        <translation>文件夹位于 {path}。</translation>
    </message>
    <message>
        <source>Nothing was exported or imported: {reason}</source>
        <translation>未导出也未导入任何内容：{reason}</translation>
    </message>
</context>
</TS>
