"""The words of the domain, so that a Chinese clause meets an English request.

One line a concept: Chinese words separated by blanks, English phrases separated by
commas (matched by stem, so one form is enough). A word may stand in several concepts;
it then speaks for each with a share. Add a word where people use it; whatever is in
no list still meets itself.
"""

from collections.abc import Mapping
from hashlib import sha256

from rules.matching.gloss_everyday import EVERYDAY, EVERYDAY_FAINT

# A line a concept, so that a diff shows which words came or went.
# fmt: off
_OF_FINANCE: Mapping[str, tuple[str, str]] = {
    # --- ledger and accounting
    "ledger": ("总账 账簿 明细账 账套 账", "ledger, general ledger, gl, subledger"),
    "voucher": ("凭证 分录 记账 制单", "voucher, journal, journal entry, posting, journal line, entry, post"),
    "account-code": ("科目 会计科目", "chart of accounts, account code, gl account, coa"),
    "auxiliary": ("辅助核算 核算维度", "auxiliary accounting, dimension, analysis code"),
    "closing": ("结账 月结 关账 年结 结转 月末 期末 年末 反结账", "closing, close, month end, year end, period end, carry forward, close the books"),
    "period": ("期间 会计期间 月份", "period, accounting period, fiscal period"),
    "trial-balance": ("科目余额表 试算平衡", "trial balance, balance table"),
    "statement": ("财务报表 资产负债表 利润表 现金流量表 三大报表 三表", "financial statement, balance sheet, income statement, profit and loss, cash flow statement"),
    "consolidation": ("合并报表 合并 抵销 抵消 集团合并", "consolidation, consolidated, consolidate, elimination, intercompany"),
    "cash-flow": ("现金流 现金流量", "cash flow"),
    "depreciation": ("折旧", "depreciation, depreciate"),
    "fixed-asset": ("固定资产 资产卡片", "fixed asset, asset register, asset card"),
    "inventory": ("库存 存货 盘点 出入库", "inventory, stock, stocktaking, warehouse"),
    "cost": ("成本 成本核算", "cost, costing"),
    "expense": ("费用 报销 差旅 报销单", "expense, reimbursement, expense claim, travel"),
    "receivable": ("应收 应收款 应收账款 欠款", "receivable, accounts receivable, ar, dunning"),
    "payable": ("应付 应付款 应付账款", "payable, accounts payable, ap"),
    "ageing": ("账龄 逾期", "ageing, aging, overdue, past due"),
    "reconcile": ("对账 核对 勾对 余额调节表 调节表", "reconcile, reconciliation, reconciled, matching"),
    "tax": ("税 税务 税金 增值税 税率 纳税 报税", "tax, vat, gst, duty"),
    "invoice": ("发票 开票 进项 销项 专票 电子发票", "invoice, e invoice, billing, bill"),
    "currency": ("币种 外币 多币种 本位币 人民币 美元", "currency, multi currency, foreign currency, usd, eur, cny, rmb"),
    "exchange-rate": ("汇率 汇兑 汇兑损益 调汇", "exchange rate, fx, fx rate, revaluation"),
    "balance": ("余额", "balance"),
    "write-off": ("核销", "write off, offset, settle off"),
    # --- funds
    "funds": ("资金 头寸 现金 钱", "fund, cash, treasury, liquidity, cash position, fund position"),
    "bank": ("银行 开户行 网银", "bank"),
    "bank-account": ("银行账户 银行账号 账户", "bank account"),
    "bank-statement": ("银行流水 流水 对账单 银行对账单 回单 交易明细", "bank statement, transaction list, bank receipt, bank slip"),
    "bank-link": ("银企直连 银企 直连", "host to host, bank connection, bank link, direct bank"),
    "payment": ("付款 支付 打款 代付 付款单 请款", "payment, pay, disbursement, payout, remittance, payment order"),
    "collection": ("收款 回款 到账 来款", "collection, receipt, incoming payment, money received"),
    "transfer": ("转账 划拨 调拨 内部转账", "transfer, transferring"),
    "bill": ("票据 承兑 汇票 商票 支票", "note receivable, bill of exchange, bank draft, cheque, check book"),
    "loan": ("贷款 融资 借款 授信", "loan, financing, borrowing, credit line, facility"),
    "interest": ("利息 利率 计息", "interest, interest rate"),
    "forecast": ("预测 滚动预测 测算", "forecast, projection, rolling forecast, predict"),
    "plan": ("计划 资金计划 排期", "plan, schedule, planning"),
    "budget": ("预算 预算控制 额度", "budget, budgeting, budget control, allotment"),
    "limit": ("上限 限额 超额 超出 阈值", "limit, ceiling, threshold, cap, exceed"),
    "deposit": ("保证金 押金 质保金", "deposit, retention, guarantee money, bond"),
    # --- contracts and purchasing
    "contract": ("合同 协议 合约", "contract, agreement"),
    "register": ("台账 登记簿 登记 清册 名册", "register, ledger of contracts, registry, record book"),
    "amendment": ("补充协议 变更单 合同变更", "amendment, supplement, addendum, change order"),
    "clause": ("条款", "clause, terms"),
    "milestone": ("里程碑 节点 付款节点 阶段", "milestone, instalment"),
    "performance": ("履约 履行 执行进度 执行情况", "contract performance, fulfilment, progress"),
    "expiry": ("到期 期满 届满 有效期", "expiry, expire, expiring, due, maturity"),
    "renewal": ("续签 续约 延期", "renewal, renew, extension, extend"),
    "signing": ("签订 签署 签约 会签", "sign, signing, signature, countersign"),
    "e-signature": ("电子签章 电子签名 电子签 电子章 签章 用印 盖章", "e signature, electronic signature, digital signature, seal, docusign"),
    "party": ("对方 对方单位 往来单位 签约方", "counterparty, party, contracting party"),
    "version": ("版本 历次 上一版 旧版 修订", "version, revision, edition"),
    "absence": ("出差 休假 请假 外出 离岗 出国 不在岗", "absence, absent, holiday, leave, vacation, business trip, out of office, away, travelling"),
    "archive": ("归档 存档 档案", "archive, archiving, filing"),
    "template": ("模板 范本 样式 格式", "template, layout, format, boilerplate"),
    "supplier": ("供应商 供方 厂商 乙方", "supplier, vendor"),
    "customer": ("客户 甲方", "customer, debtor"),
    "purchase": ("采购 采购单 采购订单 请购", "purchase, purchase order, procurement, po, buying"),
    "sales": ("销售 销售订单", "sales, sales order, selling"),
    "tender": ("招标 投标 招投标 评标", "tender, bidding, bid, rfp"),
    "settlement": ("结算 结算单 决算", "settlement, settle, final account"),
    "project": ("项目 工程", "project"),
    "acceptance": ("验收 签收", "acceptance, accept, handover"),
    "stakeholder": ("干系人 相关方 利益相关者", "stakeholder, interested party"),
    "contact": ("联系人 通讯录 联系方式 手机号 手机号码 电话", "contact, contact person, address book, phone number, mobile number"),
    "meeting": ("会议 纪要 会议纪要 沟通", "meeting, minutes, communication"),
    "risk": ("风险 预警", "risk"),
    "complaint": ("投诉 意见 反馈", "complaint, feedback"),
    # --- approvals and workflow
    "approval": ("审批 审核 批准 复核 核准 审批单 签批 批", "approval, approve, approver, review, sign off, authorize, authorization"),
    "workflow": ("流程 工作流 审批流 流转 环节", "workflow, process, flow, routing, route, step"),
    "reject": ("驳回 退回 拒绝 打回", "reject, rejection, send back, return, decline"),
    "withdraw": ("撤回 撤销 收回", "withdraw, recall, revoke, undo, cancel"),
    "delegate": ("委托 代理 代审 转办 转交 代办", "delegate, delegation, deputy, substitute, on behalf, reassign"),
    "parallel": ("并行 并签 同时审批", "parallel, concurrently, at once"),
    "countersign": ("会签 加签", "countersign, co sign, additional approver"),
    "condition": ("条件 按金额 分支 金额区间", "condition, conditional, by amount"),
    "escalate": ("催办 升级 超时 催", "escalate, escalation, chase, overdue task, timeout"),
    "todo": ("待办 待审 待处理 我的任务", "to do, todo, task list, pending, inbox, worklist"),
    "submit": ("提交 送审 报送 上报", "submit, submission, hand in"),
    "amount": ("金额 数额 总额 钱数", "amount, sum, value"),
    "history": ("历史 记录 轨迹 痕迹 留痕", "history, trail, past, track record"),
    "status": ("状态 进度", "status, state, progress"),
    # --- reports and boards
    "report": ("报表 报告 日报 周报 月报 年报 日报表 月报表", "report, reporting"),
    "daily": ("日报 每日 每天 日报表 逐日", "daily, per day, every day, each day"),
    "weekly": ("周报 每周", "weekly, per week"),
    "monthly": ("月报 每月 按月 月度 月报表", "monthly, per month, every month, by month"),
    "yearly": ("年报 年度 每年", "yearly, annual, per year"),
    "summary": ("汇总 合计 总计 小计", "summary, total, aggregate, subtotal, overview, roll up"),
    "detail": ("明细 穿透 下钻 联查 追溯", "detail, drill down, drill, breakdown, drill through"),
    "dashboard": ("看板 驾驶舱 仪表盘 领导看板", "dashboard, cockpit"),
    "chart": ("图表 图形 柱状图 饼图 曲线 趋势图 折线图", "chart, graph, diagram, pie, bar chart, curve, plot"),
    "trend": ("趋势 走势 环比 同比", "trend, year on year, month on month, yoy"),
    "analysis": ("分析", "analysis, analytics, analyse, analyze, insight"),
    "indicator": ("指标 关键指标", "indicator, kpi, metric, figure"),
    "custom-report": ("自定义报表 报表设计器 自助报表", "report designer, self service report, report builder, ad hoc report"),
    "compare": ("对比 比较 差异", "compare, comparison, versus, variance, difference"),
    # --- documents in and out
    "export": ("导出 输出 下载 转出", "export, download, extract, save as"),
    "import": ("导入 上传 批量导入 录入", "import, upload, load, bulk load, load in"),
    "excel": ("表格 电子表格", "excel, spreadsheet, xlsx, xls, csv"),
    "pdf": ("", "pdf"),
    "word-file": ("", "word document, docx"),
    "print": ("打印 套打 打印件", "print, printing, printout, hard copy, paper copy"),
    "attachment": ("附件 扫描件 影像 文件 原件", "attachment, attach, scan, file, enclosure, scanned copy"),
    "preview": ("预览 在线查看", "preview, view online"),
    "bulk": ("批量 成批 一次性 一键", "bulk, batch, mass, in one go, many at once"),
    "email": ("邮件 邮箱 发邮件", "email, e mail, mail, mailbox"),
    "sms": ("短信", "sms, text message"),
    "notify": ("通知 提醒 推送 消息 预警 告警 提示", "notify, notification, reminder, remind, alert, warn, warning, push"),
    "calendar": ("日历 日程", "calendar"),
    "search": ("查询 检索 搜索 查找 查 搜", "search, query, find, lookup, look up"),
    "filter": ("筛选 过滤", "filter"),
    "sort": ("排序", "sort, sorting, order by"),
    "field": ("字段 栏位 列 自定义字段", "field, column, custom field, attribute"),
    "number-rule": ("编号 编码 流水号 单号", "numbering, number range, serial number, code"),
    "barcode": ("条码 二维码 扫码", "barcode, qr code, qr"),
    # --- rights and security
    "permission": ("权限 授权 数据权限 可见 可见范围", "permission, access right, authorization, privilege, access, visibility, entitlement"),
    "role": ("角色 岗位", "role"),
    "account": ("账号 用户 帐号 登录名", "user, login, user account"),
    "organisation": ("组织 组织架构 部门 公司 子公司 分公司 机构 单位", "organisation, organization, department, company, subsidiary, branch office, entity, unit"),
    "audit-log": ("审计 日志 操作日志 审计日志", "audit, audit log, audit trail, log, activity log"),
    "sign-in": ("登录 登陆", "sign in, log in, login, log on"),
    "sso": ("单点登录 统一身份认证 统一认证 域账号", "sso, single sign on, oidc, saml, ldap, active directory, azure ad, entra, okta, keycloak, identity provider"),
    "password": ("密码 口令", "password"),
    "two-factor": ("双因素 二次认证 验证码", "two factor, 2fa, mfa, otp"),
    "encryption": ("加密 脱敏", "encryption, encrypt, masking, mask"),
    "backup": ("备份 灾备 恢复", "backup, restore, disaster recovery"),
    "isolation": ("隔离 只能看 仅能查看 互相看不到", "isolate, isolation, segregation, only see, separate"),
    # --- integration
    "interface": ("接口 对接 集成 打通 同步 联通", "interface, integration, integrate, sync, synchronise, api, connect, connector, feed"),
    "erp": ("用友 金蝶", "erp, sap, oracle, netsuite, kingdee, yonyou, nc"),
    "oa": ("泛微 致远 办公系统", "oa, office automation"),
    "hr": ("人力 人事 员工 考勤 薪酬 工资", "hr, human resources, employee, payroll, salary, attendance, staff"),
    "crm": ("", "crm, salesforce"),
    "migration": ("迁移 历史数据 旧系统 老系统 旧账 老账 搬 期初", "migration, migrate, legacy, opening balance, old system, historical data"),
    "master-data": ("主数据 基础资料 基础数据", "master data, reference data"),
    "webhook": ("回调", "webhook, callback"),
    "dingtalk": ("钉钉 飞书 企业微信", "dingtalk, feishu, lark, wecom, slack, teams"),
    # --- what contracts often leave out
    "wechat": ("微信 公众号 小程序", "wechat, mini program, official account, weixin"),
    "mobile": ("手机 移动端 移动 安卓 苹果 手机端 平板", "mobile, phone, smartphone, app, android, ios, iphone, ipad, tablet"),
    "ai": ("人工智能 智能 大模型 机器学习", "ai, artificial intelligence, machine learning, llm, gpt, copilot"),
    "recognition": ("识别 自动识别 图像识别", "ocr, recognition, recognise, recognize, text recognition"),
    "blockchain": ("区块链 上链", "blockchain, distributed ledger, smart contract"),
    "voice": ("语音", "voice, speech"),
    "big-data": ("大数据 数据仓库 数据中台", "data warehouse, data lake, big data, bi platform"),
    "rpa": ("机器人", "rpa, robot"),
    "chatbot": ("聊天机器人 客服机器人 智能客服 智能问答", "chatbot, bot, virtual assistant"),
    "bi-tool": ("帆软", "power bi, bi tool, business intelligence, tableau, qlik, finebi"),
    "portal": ("自助门户 供应商门户 客户门户", "self service portal, supplier portal, customer portal, vendor portal"),
    "big-screen": ("大屏 大屏幕 拼接屏", "big screen, wallboard, video wall"),
    "local-stack": ("信创 国产化 国产数据库 国产操作系统", "domestic database, domestic operating system"),
    "face": ("人脸 指纹", "face id, face recognition, fingerprint, biometric"),
    "language": ("多语言 英文版 英文 中英文 双语 语言", "multilingual, language, translation, translate, english version, bilingual"),
    "training": ("培训 操作手册 手册 教程", "training, manual, tutorial, user guide, course"),
    "hardware": ("服务器 硬件 机房", "server, hardware, hosting"),
    "on-site": ("驻场 现场", "on site, onsite"),
    "performance-speed": ("性能 并发 响应时间 速度", "performance, response time, concurrent, speed, latency"),
    "lock": ("锁定 冻结 停用 禁用", "lock, freeze, disable, block, deactivate"),
    "delete": ("删除 作废 清除", "delete, remove, void, purge"),
    "duplicate": ("重复 查重", "duplicate, double, twice"),
    "merge": ("合并单元格", "merge"),
    "copy": ("复制 克隆", "copy, clone, duplicate entry"),
    "automatic": ("自动 自动化 定时", "automatic, automatically, auto, scheduled, unattended"),
    "manual": ("手工 手动", "manual, manually, by hand"),
    "rate": ("比例 百分比 占比", "percentage, percent, ratio"),
    "person-in-charge": ("负责人 经办人 责任人", "owner, person in charge, responsible"),
    "manager": ("经理 主管 领导 总监 老板 高管 董事长 总经理 财务总监", "manager, supervisor, director, cfo, ceo, treasurer, executive, boss"),
    "accountant": ("会计 出纳 财务人员", "accountant, bookkeeper, cashier, controller"),
    "finance": ("财务", "finance, financial, accounting"),
    "opening": ("开户 销户", "account opening, open account, close account"),
    "time-limit": ("时限 截止 期限", "deadline, time limit, cut off"),
    "group": ("集团 总部", "group, headquarters, holding, corporate"),
    "platform": ("平台 门户", "platform, portal"),
    "data": ("数据 信息 资料", "data, information"),
    "view": ("查看 展示 显示 浏览 呈现 看", "view, show, display, see, browse"),
    "create": ("新建 新增 创建 建立 添加 增加 加", "create, add, new, set up, enter"),
    "edit": ("修改 编辑 调整 变更 更改 改", "edit, change, modify, update, adjust, amend"),
    "maintain": ("维护 管理", "maintain, manage, management, administer, administration"),
    "configure": ("配置 设置 定义 自定义", "configure, configuration, setting, define, customise, customize, custom"),
    "module": ("模块 功能 系统", "module, function, feature, system, functionality"),
    "page": ("页面 界面 菜单 按钮 首页", "page, screen, menu, button, homepage, form"),
    "statistics": ("统计", "statistics, count"),
    "several": ("多个 多级 多 不同", "several, multiple, multi, many, various, different"),
}
# fmt: on


def _join(concept: str) -> tuple[str, str]:
    """The words of both lists, each once."""
    both = [words[concept] for words in (_OF_FINANCE, EVERYDAY) if concept in words]
    chinese = " ".join(dict.fromkeys(" ".join(zh for zh, _ in both).split()))
    phrases = ",".join(en for _, en in both if en).split(",")
    return chinese, ",".join(dict.fromkeys(each.strip() for each in phrases))


CONCEPTS: Mapping[str, tuple[str, str]] = {
    concept: _join(concept) for concept in (*_OF_FINANCE, *EVERYDAY)
}
"""By concept: its Chinese words, its English phrases."""

FAINT: Mapping[str, float] = {
    **EVERYDAY_FAINT,
    "data": 0.3,
    "view": 0.3,
    "create": 0.3,
    "edit": 0.4,
    "maintain": 0.3,
    "configure": 0.4,
    "module": 0.15,
    "page": 0.3,
    "several": 0.2,
    "finance": 0.5,
    "platform": 0.3,
    "statistics": 0.5,
    "automatic": 0.5,
    "manual": 0.4,
    "status": 0.6,
    "history": 0.6,
    "group": 0.4,
    "manager": 0.4,
    "person-in-charge": 0.5,
    "period": 0.5,
    "amount": 0.6,
    "search": 0.6,
    "submit": 0.5,
    "plan": 0.6,
    "organisation": 0.5,
    "expiry": 0.8,
    "project": 0.6,
}
"""Concepts that every contract is full of, and what they still count for."""

OFTEN_LEFT_OUT: frozenset[str] = frozenset(
    {
        "ai",
        "bi-tool",
        "big-data",
        "big-screen",
        "blockchain",
        "chatbot",
        "dingtalk",
        "e-signature",
        "face",
        "local-stack",
        "mobile",
        "portal",
        "recognition",
        "rpa",
        "sms",
        "sso",
        "voice",
        "wechat",
    }
)
"""Channels and techniques that a contract names when it grants them.

A request for one of them is hardly about a clause that is silent on it, however many
other words they share.
"""

CHINESE_STOP: frozenset[str] = frozenset(
    """
    的 了 吗 呢 吧 啊 和 与 及 或 在 对 把 被 从 到 由 向 给 按 以 为 是 有 无 不 没 没有 也 都 就
    还 再 又 很 太 更 最 请 请问 您好 你好 麻烦 谢谢 我 我们 你 你们 他 他们 咱们 贵司 我司 我方
    这 这个 这些 那 那个 那些 此 该 其 各 每 某 等 等等 时 时候 后 前 中 里 上 下 内 外 之 所 能
    能否 不能 可以 可否 是否 需要 需 要 想 想要 希望 期望 建议 范围 不在 包含 不包含 包括 不包括 事项 本 应 应当 应该 必须 支持 提供 实现 具备
    进行 使用 通过 根据 关于 以及 并 并且 而且 如果 若 但 但是 因为 所以 怎么 怎样 如何 为什么 什么
    哪里 哪个 哪些 多少 几 一个 一下 一些 一直 现在 目前 当前 今天 昨天 明天 已 已经 正在 之前 之后
    出 来 去 做 用 让 使 会 点 点击 完 完成 相关 其他 其它 另外 同时 仅 只 只能 全部 所有 任意
    报错 错误 异常 失败 出错 问题 故障 打不开 不显示 不了 不对 不正确 卡住 卡 慢 崩溃 无法 不出来
    急 紧急 尽快 老师 同事 那边 这边 个 条 次 天 月 年 日 号 家 位 份 张 笔 种 项 类 级 元 万 万元
    """.split()  # noqa: SIM905 - prose is easier to keep than 300 quotation marks
)
"""Words that carry a sentence, not its matter; also how people say it is broken."""

ENGLISH_STOP: frozenset[str] = frozenset(
    """
    a about above after again all also always am an and any anybody are aren as asap at be
    because been before being below between both but by can cannot could day did do does
    doesn doing don done down during each either else error even ever every everyone fail
    failed fails for from further get gets getting give gives go goes going got had has have
    having he hello include includes included including excluded excludes part help her here hi his how however i if in instead into is issue it its
    itself just keep keeps kind least let like ll longer look looks made make makes may me
    might more most much must my need needed needs neither never no nobody nor not nothing
    now of off ok on once one only onto or other our ours out over own per please possible
    problem provide provided provides put really same says shall she should since so some
    someone something soon still such supplied support supported supports take takes than
    thank thanks that the their them then there these they thing things this those through
    to today tomorrow too try trying under until up urgent us use used uses using ve very
    via wants want was way we well were what when where whenever whether which while who
    whole whom whose why will wish with within without won work working works would wrong
    one two three four five six seven eight nine ten eleven twelve hundred time times
    first second last next old new different list date row rows
    yes yesterday yet you your arrive arrived late morning missing broken crash crashes bug shows
    """.split()  # noqa: SIM905 - the same
)
"""The same in English."""

FINGERPRINT = sha256(
    repr(
        (
            CONCEPTS,
            FAINT,
            sorted(OFTEN_LEFT_OUT),
            sorted(CHINESE_STOP),
            sorted(ENGLISH_STOP),
        )
    ).encode()
).hexdigest()[:8]
"""Part of the engine's version, so that a word more or less shows in a decision."""
