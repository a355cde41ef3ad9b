"""What a check found, in Chinese; English is the finding's own.

The sentences of a code may differ a little by tracker in English: these fit all of them.
"""

_INSTALL = "运行 reqpool webhooks install {source}。"
_MEND = (
    "先解决投递失败的原因，再运行 reqpool webhooks install {source}；"
    "期间漏掉的变化由轮询补上。"
)

FINDINGS: dict[str, tuple[str, str]] = {
    "webhook_missing": (
        "{place} 没有指向 {url} 的 Webhook：只能靠轮询发现变化。",
        "运行 reqpool webhooks install {source}；需要管理员时，它会列出要填写的内容。",
    ),
    "webhook_unknown": (
        "无权查看 {place} 的 Webhook（{error}）。",
        (
            "请管理员在 {page} 查看是否有指向 {url} 的 Webhook；"
            "运行 reqpool webhooks install {source} 可列出要填写的内容。"
        ),
    ),
    "webhook_paused": (
        "{place} 的 Webhook 因投递失败被工单系统停用，至 {until}。",
        _MEND,
    ),
    "webhook_disabled": ("{place} 的 Webhook 已被停用。", _MEND),
    "webhook_unsigned": ("{place} 的 Webhook 没有密钥，投递会被拒绝。", _INSTALL),
    "webhook_address": (
        "{place} 的 Webhook 地址末尾不是现用的密钥，投递会被拒绝。",
        _INSTALL,
    ),
    "webhook_unreadable": (
        "{place} 的 Webhook 发送的内容无法读取：{setting}。",
        _INSTALL,
    ),
    "webhook_events": ("{place} 的 Webhook 不发送这些事件：{events}。", _INSTALL),
    "webhook_filter": ("{place} 的 Webhook 漏掉了部分工单：{filter}。", _INSTALL),
    "webhook_failing": (
        "{place} 的 Webhook 最近一次投递得到的应答是 {status}。",
        (
            "核对密钥和地址，在 {page} 重新投递；如密钥不一致，"
            "运行 reqpool webhooks install --new-secret {source}。"
        ),
    ),
    "webhook_auth": (
        "Jira 10 之前的版本不能给 Webhook 签名，投递都会被拒绝。",
        (
            '设置 sources.{source}.webhook_auth = "url_token"，'
            "再运行 reqpool webhooks install {source}。"
        ),
    ),
    "webhook_secret_missing": (
        "没有配置 Webhook 密钥：投递都会被拒绝，轮询不受影响。",
        "设置 sources.{source}.webhook_secrets，再运行 reqpool webhooks install {source}。",
    ),
    "transition_missing": (
        "{project}：从 {at} 没有流转能到达状态“{status}”。",
        "在工作流中增加流转，或放宽条件让接入账号可用；也可映射到另一个状态。",
    ),
    "transition_needs_field": (
        "{project}：从 {at} 流转到“{status}”时必须填写 {fields}。",
        "取消该字段的必填或给它默认值；否则这次流转要由人完成。",
    ),
    "field_not_on_screen": (
        "{project}：{kind} 的编辑界面上没有字段 {field}。",
        "把 {field} 加到 {kind} 的编辑界面。",
    ),
    "field_unknown": (
        "站点没有字段 {field}，或对接入账号隐藏。",
        "在 custom_fields、write_fields 或 estimate_field 中改正名称。",
    ),
    "time_zone_unknown": (
        "接入账号没有设置时区，搜索会多回看几个小时。",
        "在账号资料中设置时区。",
    ),
    "permission_missing": (
        "{project}：接入账号缺少权限 {permission}。",
        "在 {project} 的权限方案中授予 {permission}。",
    ),
    "account_locked": (
        "工单系统不让接入账号做任何事（{error}）。",
        "用浏览器登录一次（可能需要验证码），并授予该账号产品访问权。",
    ),
    "project_not_visible": (
        "接入账号看不到项目 {project}。",
        "核对 project_keys，并授予该账号浏览项目的权限。",
    ),
    "project_unreachable": (
        "令牌看不到项目（{error}）。",
        "改正路径，或让令牌所属账号成为项目成员。",
    ),
    "project_renamed": (
        "项目现在叫 {path}。",
        "改用新名称，或改用不变的编号 {id}。",
    ),
    "project_archived": (
        "项目已归档，无法写入。",
        "取消归档，或从来源中移除。",
    ),
    "issues_disabled": (
        "项目关闭了工单（Issues）功能。",
        "在项目设置中打开。",
    ),
    "status_unknown": (
        "工单系统没有状态“{status}”。",
        "在来源或规则集的状态映射中改正。",
    ),
    "priority_unmapped": (
        "优先级“{priority}”没有对应的紧急程度。",
        "在来源的 urgency 表中补上。",
    ),
    "label_invalid": (
        "Jira 不接受标签“{label}”。",
        "去掉空白，长度不超过 255 个字符。",
    ),
    "label_impossible": (
        "标签“{label}”含有逗号，GitLab 无法保存。",
        "在规则集里改用另一个标签。",
    ),
    "label_missing": (
        "没有标签“{label}”，而令牌无权创建。",
        "由管理员创建该标签，或授予令牌所属账号 Write 角色。",
    ),
    "label_case_differs": (
        "标签“{label}”在工单系统中写作“{twin}”，将沿用后者。",
        "统一规则集与工单系统中的大小写。",
    ),
    "group_empty": (
        "群组 {group} 中没有令牌可见的项目。",
        "更正路径，或把令牌所属账号加入该群组。",
    ),
    "access_level": (
        "令牌的角色不足以写标签、状态或里程碑。",
        "授予令牌所属账号 Reporter（GitLab）或 Write（GitHub）角色。",
    ),
    "token_unknown": (
        "GitLab 不提供这个令牌的范围和有效期。",
        "改用项目、群组或个人访问令牌。",
    ),
    "token_scopes": (
        "令牌的范围是 {scopes}，不够用。",
        "新建令牌：GitLab 需要 api，GitHub 需要 repo。",
    ),
    "token_granular": (
        "令牌是细粒度的，无法读回它的权限。",
        "让它能读项目，能读写工单、评论和里程碑。",
    ),
    "token_expires": (
        "令牌将于 {expires_on} 到期。",
        "在工单系统中更换令牌，并更新配置引用的密钥。",
    ),
    "credentials_refused": (
        "工单系统不接受令牌（{error}）：错误、过期或已被吊销。",
        "新建令牌，放到配置引用的位置。",
    ),
    "tracker_refused": (
        "工单系统的应答不正常（{error}）。",
        "检查 base_url、网络和令牌。",
    ),
    "tracker_silent": (
        "工单系统现在没有应答（{error}）。",
        "检查工单系统、网络和 base_url，稍后再试。",
    ),
    "source_unmapped": (
        "项目 {project} 不在需求池中，或不属于这个来源。",
        "用 reqpool apply 导入含有 {project} 的文件，或修改 sources.{source}。",
    ),
    "person_not_assignable": (
        "不能把工单分派给 {person} 的账号 {account}。",
        "核对来源的 people，或请客户方管理员把该账号加入项目。",
    ),
    "person_unmapped": (
        "没有账号对应 {person}：不会把工单分派给此人。",
        "在 sources.{source}.people 中补上 {person}。",
    ),
    "no_ruleset": (
        "没有启用规则集，不会作任何判定。",
        "运行 reqpool rules activate FILE。",
    ),
    "public_url_missing": (
        "不知道工单系统应投递到哪里，因此没有检查 Webhook。",
        "把 web.public_url 设为工单系统能访问到的本服务地址。",
    ),
}
"""Sentence and remedy by code; what is well is never shown."""
