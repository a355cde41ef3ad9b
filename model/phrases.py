"""What stands against a file that a person wrote, in Chinese, by the English template.

Words of the language itself (``when``, ``otherwise``, names of facts) stay as they are
written. A template is a :class:`model.phrase.Phrase`'s, or a plain text; a test finds
those without an entry.
"""

IN_CHINESE: dict[str, str] = {
    # YAML itself
    "this is not UTF-8": "文件不是 UTF-8 编码",
    "save the file as UTF-8": "请以 UTF-8 编码保存文件",
    "split the file": "请拆分文件",
    "half a character (surrogate)": "有半个字符（代理项）",
    "one document a file": "一个文件只能有一个文档",
    "a second document": "第二个文档",
    "a list or mapping as key": "键是列表或映射",
    "a key is a word; quote it if it begins with { or [": (
        "键应是一个词；以 { 或 [ 开头时请加引号"
    ),
    "write the value out": "请把值直接写出来",
    "leave it out, or quote the text": "请删去，或给文字加引号",
    "larger than {value} KiB": "超过 {value} KiB",
    "more than {limit} {what}": "{what}超过 {limit} 个",
    "levels": "嵌套层",
    "values": "值",
    "{said}": "YAML 语法有误：{said}",
    "check indentation, colons and quotes here": "请检查此处的缩进、冒号和引号",
    "not YAML": "不是 YAML",
    "{what} is not allowed": "不允许使用{what}",
    "alias *{anchor}": "别名 *{anchor}",
    "anchor &{anchor}": "锚点 &{anchor}",
    "tag {tag}": "标签 {tag}",
    '"{name}" is given twice': "“{name}”出现了两次",
    "the first is in line {line}": "第一次在第 {line} 行",
    # fields
    "expected a mapping": "此处应为映射",
    'unknown field "{name}"': "未知字段“{name}”",
    'unknown value "{value}"': "未知的值“{value}”",
    'unknown value "{text}"': "未知的值“{text}”",
    'did you mean "{near}"?': "是否想写“{near}”？",
    "none is known": "没有可用的名称",
    "known: {names}": "可用：{names}",
    "known: {known}": "可用：{known}",
    "known: {names} and {more} more": "可用：{names} 等，另有 {more} 个",
    "or, if a comma stands before it, quote the text around the comma": (
        "如果它前面是逗号，请给逗号前后的文字加引号"
    ),
    "fields: {names}": "字段：{names}",
    "{hint}; {comma}": "{hint}；{comma}",
    "expected {what}": "此处应为{what}",
    "expected {expected}": "此处应为{expected}",
    "write {what} here": "请在此写{what}",
    '"{name}" is missing': "缺少“{name}”",
    "add {name}: …": "请添加 {name}: …",
    "add {words}: …": "请添加 {words}: …",
    "a text": "文字",
    "a word": "一个词",
    "a whole number": "整数",
    "a number": "数字",
    "true or false": "true 或 false",
    "a date like 2026-07-31": "日期，如 2026-07-31",
    "a list": "列表",
    "a mapping": "映射",
    "a word, words or @term": "词、词的列表或 @词表",
    "text": "文字",
    "choice": "选项",
    "list": "列表",
    "number": "数字",
    "flag": "是非值",
    "date": "日期",
    # the ruleset as a whole
    "extends in a circle: {shown}": "extends 成环：{shown}",
    "take one extends away": "请去掉其中一个 extends",
    "more than {most} bases": "基础规则集超过 {most} 个",
    "merge some of them": "请合并其中一些",
    'no ruleset "{name}"': "没有规则集“{name}”",
    "name a ruleset that exists, or leave extends out": (
        "请写已有规则集的名称，或删去 extends"
    ),
    'term "{name}" is empty': "词表“{name}”是空的",
    "name at least one word, or leave the term out": "请至少写一个词，或删去该词表",
    'no time zone "{name}"': "没有时区“{name}”",
    "an IANA name, such as Asia/Shanghai": "IANA 名称，如 Asia/Shanghai",
    '"levels" is missing': "缺少“levels”",
    "add levels: {P0: 80, P1: 50, P2: 20, P3: 0}": (
        "请添加 levels: {P0: 80, P1: 50, P2: 20, P3: 0}"
    ),
    "levels do not fall": "级别的分数没有递减",
    "the more urgent a level, the more points it takes": "越紧急的级别，所需分数越高",
    'rule "{rule}" can never win after "{earlier}"': (
        "规则“{rule}”排在“{earlier}”之后，永远轮不到"
    ),
    "{place} takes all of its issues: move this rule before it": (
        "{place} 已包含它的全部工单：请把本规则移到它前面"
    ),
    'rule "{rule}" reads our own label "{label}"': "规则“{rule}”读取我们自己写的标签“{label}”",
    "it would follow what it said before: let people use another label": (
        "它会跟着自己以前的结论走：请让人使用别的标签"
    ),
    'off: the base has no rule "{name}"': "off：基础规则集里没有规则“{name}”",
    'rule id "{rule}" is given twice': "规则 id“{rule}”出现了两次",
    "the first is {place}": "第一次在 {place}",
    'rule id "{rule}" is a rule of {home} in the base': (
        "规则 id“{rule}”在基础规则集里属于 {home}"
    ),
    "ids are unique over all sections: choose another": (
        "id 在所有部分中必须唯一：请换一个"
    ),
    'label "{label}" differs from "{first}" by case only': (
        "标签“{label}”与“{first}”仅大小写不同"
    ),
    "trackers take both for one; the first is in line {line}": (
        "工单系统会当作同一个；第一个在第 {line} 行"
    ),
    # rules
    '"when" is missing': "缺少“when”",
    "add when: …, or say otherwise: … for the rest": (
        "请添加 when: …，或用 otherwise: … 表示其余情况"
    ),
    '"when" and "otherwise" in one rule': "同一条规则里既有“when”又有“otherwise”",
    "otherwise stands for every issue that no rule before matched": (
        "otherwise 表示前面的规则都不符合的工单"
    ),
    '"{word}" beside "otherwise"': "“{word}”与“otherwise”并列",
    "leave {word} out": "请删去 {word}",
    "expected {words}, and that once": "应有 {words}，且只有一个",
    "expected a word": "此处应为一个词",
    "one of {choices}": "可选：{choices}",
    "add when: …, or per: with a number's fact": "请添加 when: …，或 per: 加一个数字事实",
    '"at_most" without "per"': "有“at_most”却没有“per”",
    "at_most bounds per; leave it out": "at_most 只限制 per；请删去",
    '"{name}" is no number': "“{name}”不是数字",
    "no text": "没有文字",
    "write {zh: …, en: …}": "请写 {zh: …, en: …}",
    # conditions
    "expected a condition": "此处应为条件",
    "write field: value; a rule for the rest says otherwise: …": (
        "请写 字段: 值；其余情况的规则用 otherwise: …"
    ),
    "expected a list of conditions": "此处应为条件的列表",
    "write {word}: and below it one condition a line, each with a dash": (
        "请写 {word}:，其下每行一个条件，各以短横线开头"
    ),
    'unknown fact "{name}"': "未知的事实“{name}”",
    '"{fact}" is not known yet in {section}': "在 {section} 中还不知道“{fact}”",
    "a section may read the results of earlier sections only": (
        "每一部分只能读取前面部分的结果"
    ),
    "nothing is asked": "没有提出条件",
    "say one of {operators}": "请写其中之一：{operators}",
    'unknown question "{name}"': "未知的条件“{name}”",
    '"{name}" cannot be asked of {fact}, which is a {type}': (
        "“{name}”不能用于 {fact}，它的类型是{type}"
    ),
    "{fact} is a list": "{fact} 是列表",
    "say any: {fact}: {{any: {shown}}}": "请用 any：{fact}: {{any: {shown}}}",
    "an empty list": "空列表",
    '{fact} is a {type}, never "{value}"': "{fact} 的类型是{type}，不能是“{value}”",
    "{fact} is a {type}": "{fact} 的类型是{type}",
    '{fact} is never "{word}"': "{fact} 不可能是“{word}”",
    "quote it if it is meant as text": "如果是文字，请加引号",
    'no term "{name}"': "没有词表“{name}”",
    "not a pattern: {said}": "不是有效的正则表达式：{said}",
    "RE2 syntax: no look-around, no back-references": (
        "RE2 语法：不支持环视和反向引用"
    ),
    "name at least one word": "请至少写一个词",
    "more than {most} words": "超过 {most} 个词",
    "ask for fewer words": "请减少词的数量",
    "too much to search for in one file": "一个文件里要查找的词和正则表达式太多",
    "ask for fewer words, and for shorter patterns": "请减少词，并缩短正则表达式",
    "expected a pattern": "此处应为正则表达式",
    "quote the pattern": "请给正则表达式加引号",
    "expected a span of days": "此处应为天数",
    "write days as 14d or weeks as 2w": "天写作 14d，周写作 2w",
    "expected true or false": "此处应为 true 或 false",
    "write exists: true or exists: false, not {node}": (
        "请写 exists: true 或 exists: false，而不是 {node}"
    ),
    "of a list can be asked: {asked}": "列表可用的条件：{asked}",
    "write {expected}, several as [a, b], or ask {asked}": (
        "请写{expected}，多个写作 [a, b]，或用条件 {asked}"
    ),
    "write a {type} here, or leave {fact} out": "请在此写{type}，或删去 {fact}",
    # write-back
    '{section} is never "{name}"': "{section} 不可能是“{name}”",
    "expected a label": "此处应为标签",
    "write one label, quoted if it looks like something else": (
        "请写一个标签；看起来像别的东西时请加引号"
    ),
    'label "{value}" cannot be held by {name}': "{name} 存不下标签“{value}”",
    "{name} {limits}": "{name} {limits}",
    "refuses white space and more than 255 characters": "不接受空格和超过 255 个字符",
    "takes a comma for two labels, and refuses more than 255 characters": (
        "把逗号当作两个标签的分隔，且不接受超过 255 个字符"
    ),
    "refuses more than 50 characters": "不接受超过 50 个字符",
    'unknown state "{name}"': "未知的状态“{name}”",
    "expected a status": "此处应为状态",
    "write the tracker's name of the status": "请写工单系统里的状态名",
    '{tracker} has no status "{value}"': "{tracker} 没有状态“{value}”",
    "{braces} may not reach a client": "{braces} 不可出现在给客户的文字里",
    # examples and activation
    "example {example}: {why}": "示例 {example}：{why}",
    "mend the rules, or what the example expects": "请修正规则，或示例的预期",
    "{section}: expected {expected}, came {came}": "{section}：应为 {expected}，实为 {came}",
    "{section}: expected {expected}, came {came} by {rules}": (
        "{section}：应为 {expected}，实为 {came}（规则 {rules}）"
    ),
    "{first}; {rest}": "{first}；{rest}",
    "nothing": "无结论",
    "no general ruleset is active": "还没有启用通用规则集",
    "activate one without a project first": "请先启用一个不属于任何项目的规则集",
    "cannot read {path}: {strerror}": "无法读取 {path}：{strerror}",
    "check the path": "请检查路径",
    # contracts
    "no clause": "没有条款",
    "a contract has at least one clause": "合同至少有一个条款",
    "give each its own id": "请给每一个不同的 id",
    'amendment "{amendment}" is given twice': "补充协议“{amendment}”出现了两次",
    'clause "{clause}" is given twice': "条款“{clause}”出现了两次",
    "give each clause its own id; an amendment changes one under replace": (
        "请给每个条款不同的 id；补充协议用 replace 修改条款"
    ),
    'there is no clause "{clause}" to replace': "没有可替换的条款“{clause}”",
    "use add, or one of: {known}": "请用 add，或其中之一：{known}",
    "ends on {ends}, before {begins}": "结束于 {ends}，早于开始日 {begins}",
    "valid_until is the last day on which the clause holds": (
        "valid_until 是条款有效的最后一天"
    ),
    "a negative allowance": "额度是负数",
    "give person-days, or leave it out when there is no limit": (
        "请写人天数；不设上限时请删去"
    ),
    'this is contract "{slug}", not "{contract}"': "这是合同“{slug}”，不是“{contract}”",
    'no contract "{contract}" to amend': "没有可补充的合同“{contract}”",
    'no client "{client}"': "没有客户“{client}”",
    '"{slug}" belongs to client "{client}"': "“{slug}”属于客户“{client}”",
    "write client: {client}": "请写 client: {client}",
    # tables
    "the table is empty": "表格是空的",
    'unknown column "{cell}"': "未知的列“{cell}”",
    "known headings: {names}": "可用的列名：{names}",
    "{hint}; or leave it out: --ignore": "{hint}；或用 --ignore 略过",
    '"{cell}" is a second {field}': "“{cell}”与另一列同为 {field}",
    "keep one of the columns, or leave one out: --ignore": (
        "请只留其中一列，或用 --ignore 略过"
    ),
    "no column is the {field}": "没有 {field} 列",
    "a date, {cell}, as number": "编号成了日期 {cell}",
    "format the column as text and write the clause's number again": (
        "请把该列设为文本格式，重新写条款编号"
    ),
    'no sheet "{sheet}"': "没有工作表“{sheet}”",
    "a formula without its result": "公式没有结果",
    "open and save it in a spreadsheet program, or write the value": (
        "请用表格软件打开并保存，或直接写值"
    ),
    "the error {error}": "错误值 {error}",
    "mend it": "请修正",
    "more than {most} rows": "超过 {most} 行",
    "more than {most} columns": "超过 {most} 列",
    "a cell of more than {most} characters": "单元格超过 {most} 个字符",
    "split the table": "请拆分表格",
    "neither UTF-8 nor GB18030": "既不是 UTF-8 也不是 GB18030 编码",
    "not UTF-16": "不是 UTF-16 编码",
    "a NUL character": "有空字符（NUL）",
    "save it as “CSV UTF-8”": "请另存为“CSV UTF-8”",
    "not CSV: {said}": "不是有效的 CSV：{said}",
    "check the quotes in this row: a quote inside of a cell is doubled": (
        "请检查此行的引号：单元格内的引号要写两个"
    ),
    "this is no XLSX file": "这不是 XLSX 文件",
    "this is no readable XLSX file": "这个 XLSX 文件无法读取",
    "an old .xls file, or one with a password": "旧的 .xls 文件，或有密码",
    "a part with a document type": "文件中含有文档类型声明",
    "would be larger than {most} MiB when unpacked": "解压后超过 {most} MiB",
    "open it in a spreadsheet program and save it as .xlsx again": (
        "请用表格软件打开并重新存为 .xlsx"
    ),
    "save it as .xlsx": "请存为 .xlsx",
    "save it as .xlsx again": "请重新存为 .xlsx",
    "save it as .xlsx, without a password": "请存为 .xlsx，不要设密码",
    "--amendment is for tables": "--amendment 只用于表格",
    "write it under amendments: in the document": "请写在文件的 amendments: 之下",
    "a table does not say which contract": "表格里没有写是哪份合同",
    "name it: --contract SLUG": "请指明：--contract 简称",
    '"{contract}" is a new contract': "“{contract}”是新合同",
    "name its client: --client SLUG": "请指明客户：--client 简称",
    "when was the amendment signed?": "补充协议是何时签的？",
    "name the day: --signed-on 2026-07-31": "请写日期：--signed-on 2026-07-31",
    "leave --contract out, or mend the file": "请删去 --contract，或修正文件",
    # requests
    "not JSON": "不是 JSON",
    "one JSON object a line, in double quotes": "每行一个 JSON 对象，用双引号",
    "expected an object": "此处应为对象",
    'write {"title": "…"}': '请写 {"title": "…"}',
    '"title" is missing': "缺少“title”",
    '"{name}" is not a flag': "“{name}”不是 true 或 false",
    "write true or false": "请写 true 或 false",
    '"{name}" is not a text': "“{name}”不是文字",
    "put it in double quotes": "请加双引号",
    'unknown {what} "{value}"': "未知的 {what}“{value}”",
    # the configuration
    "not UTF-8": "不是 UTF-8 编码",
    "save as UTF-8": "请存为 UTF-8",
    "not TOML: {said}": "不是有效的 TOML：{said}",
    "see https://toml.io": "写法见 https://toml.io",
    "cannot read {file}: {reason}": "无法读取 {file}：{reason}",
    "not text": "不是文本",
    "{file} is empty": "{file} 是空的",
    "name another file with --config or REQPOOL_CONFIG": (
        "用 --config 或 REQPOOL_CONFIG 指定另一个文件"
    ),
    "the environment variable {name} is not set": "没有设置环境变量 {name}",
    "put the secret there": "请把密钥放在那里",
    "in environment variables, lists and maps are written as JSON": (
        "环境变量中的列表和映射写成 JSON"
    ),
    "{name}: {reason}": "{name}：{reason}",
    "{name}: there is no such setting": "{name}：没有这个设置",
    "{name}: is missing": "{name}：缺少此项",
    "{name}: a secret in plain text": "{name}：密钥以明文写在这里",
    "add {key} to [{table}]": "请在 [{table}] 中添加 {key}",
    "did you mean {near}?": "是否想写 {near}？",
    "known are {names}": "可用：{names}",
    'write {key} = {{ file = "/run/secrets/…" }} or {{ env = "NAME" }}': (
        '请写 {key} = {{ file = "/run/secrets/…" }} 或 {{ env = "名称" }}'
    ),
    "sources.{name}: not a name for a source": "sources.{name}：不能作为来源的名称",
    "use lower-case letters, digits and hyphens: it is part of web addresses": (
        "请用小写字母、数字和连字符：名称会出现在网址里"
    ),
    "no connector for trackers of kind '{kind}'": "没有“{kind}”类工单系统的连接器",
    "connector {kind} cannot be loaded: {error}": "连接器 {kind} 无法加载：{error}",
    "install the package that provides {value} again": "请重新安装提供 {value} 的软件包",
    "the pages have no sign-in yet, so only this machine may reach them": (
        "页面还没有登录功能，只允许本机访问"
    ),
    "use 127.0.0.1, and a reverse proxy for /webhooks/ alone": (
        "请用 127.0.0.1，并只为 /webhooks/ 设反向代理"
    ),
    "not a PostgreSQL URL": "不是 PostgreSQL 地址",
    "write postgresql://user@host:5432/database": (
        "请写 postgresql://user@host:5432/database"
    ),
    "not a web address": "不是网址",
    "write https://reqpool.example.com": "请写 https://reqpool.example.com",
    "the judge has a url and no model": "judge 有 url 而没有 model",
    "write model as the endpoint calls it: it is kept with each opinion": (
        "请按接口的叫法写 model：每条意见都会记下它"
    ),
    "a repository is owner/name, or a numeric id": "仓库写作 owner/name 或数字编号",
    "give either projects or group": "projects 与 group 只能写其中一个",
    "a project is a path such as group/project, or a numeric id": (
        "项目写作 group/project 这样的路径或数字编号"
    ),
    "a signing token is {prefix} followed by base64": (
        "签名令牌以 {prefix} 开头，其后是 base64"
    ),
    "give either email and api_token (Cloud) or token (Data Center)": (
        "请写 email 和 api_token（Cloud），或写 token（Data Center）"
    ),
    "a user name or password in an address": "地址里写了用户名或密码",
    "leave it out: addresses are shown on pages and in the log": (
        "请去掉：地址会显示在页面和日志里"
    ),
    "people without an account: {names}": "没有账号的人：{names}",
    "not ours to fill: {names}": "不能由我们填写：{names}",
    "Input should be a valid integer": "应为整数",
    "Input should be a valid integer, unable to parse string as an integer": "应为整数",
    "Input should be a valid integer, got a number with a fractional part": "应为整数",
    "Input should be a valid number": "应为数字",
    "Input should be a valid number, unable to parse string as a number": "应为数字",
    "Input should be a finite number": "应为有限的数字",
    "Input should be a valid boolean": "应为 true 或 false",
    "Input should be a valid boolean, unable to interpret input": "应为 true 或 false",
    "Input should be a valid string": "应为文字",
    "Input should be {expected}": "应为 {expected}",
    "Input should be greater than {gt}": "应大于 {gt}",
    "Input should be greater than or equal to {ge}": "应不小于 {ge}",
    "Input should be less than {lt}": "应小于 {lt}",
    "Input should be less than or equal to {le}": "应不大于 {le}",
    "{min_length} or more are needed, not {actual_length}": (
        "至少要 {min_length} 个，这里是 {actual_length} 个"
    ),
    "{max_length} are the most, not {actual_length}": (
        "最多 {max_length} 个，这里是 {actual_length} 个"
    ),
    "String should match pattern '{pattern}'": "应符合正则表达式“{pattern}”",
    "Input should be a valid dictionary": "应为表",
    "Input should be a valid dictionary or instance of {class_name}": (
        "应为表（{class_name}）"
    ),
    "Input should be a valid list": "应为列表",
    "Input should be a valid tuple": "应为列表",
    # catalogues
    "each is named once": "每个只出现一次",
    'no {name} "{word}"': "没有 {name}“{word}”",
    "ships before it is frozen": "交付早于封版",
    "a release ships after it was frozen": "版本先封版后交付",
}
