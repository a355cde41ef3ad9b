"""The texts of the pages about rules, in Chinese and English."""

RULES_TEXTS = {
    "rules.title": ("规则", "Rules"),
    "rules.whose": ("适用范围", "Whose rules"),
    "rules.general": ("通用规则集", "General ruleset"),
    "rules.general_hint": (
        "适用于没有专用规则集的所有项目。",
        "Decides for every project that has no ruleset of its own.",
    ),
    "rules.own_hint": (
        "只适用于 {name} 的工单，通常继承通用规则集。",
        "Decides for the issues of {name} alone; normally extends the general one.",
    ),
    "rules.add_own": ("为项目设专用规则集", "Give a project its own"),
    "rules.has_own": ("专用", "own"),
    "rules.none": ("还没有启用规则集", "No ruleset is active"),
    "rules.none_text": (
        "没有规则集就不会判定任何工单。把规则写在下面，或运行 reqpool rules activate。",
        (
            "Nothing is decided without one. Write the rules below, or run reqpool rules"
            " activate."
        ),
    ),
    "rules.uses_general": (
        "目前由通用规则集判定。启用下面的规则集后改用专用规则。",
        "The general ruleset decides now. Activate one below to give it its own.",
    ),
    "rules.active": ("启用中", "active"),
    "rules.number": ("第 {n} 次启用", "Activation {n}"),
    "rules.by": ("由 {by} 启用", "activated by {by}"),
    "rules.extends": ("继承 {names}", "extends {names}"),
    "rules.fingerprint": ("指纹", "Fingerprint"),
    "rules.progress": ("正在重新判定", "Deciding again"),
    "rules.progress_count": ("{done} / {total} 个工单", "{done} of {total} issues"),
    "rules.progress_text": (
        "人工改判保持不变。待全部判定后才写回工单系统。",
        "Overrides stay. Nothing is written to trackers until all of a source is done.",
    ),
    "rules.settled": (
        "全部工单均已按现行规则判定。",
        "Every issue is decided by these rules.",
    ),
    "stop.title": ("等待确认的批量改动", "A mass change waits"),
    "stop.text": (
        "{source}：要改写 {changed} 个工单，共 {written} 个。",
        "{source}: {changed} of {written} issues would be written to.",
    ),
    "stop.hint": (
        "确认后写入；如不应写入，请回退到先前的规则集，未确认的内容不会写出。",
        (
            "Confirm to write it. If it should not be, roll back: what nobody confirmed"
            " is never written."
        ),
    ),
    "stop.confirm": ("确认写入", "Confirm and write"),
    "stop.reason": ("备注（可选）", "Note (optional)"),
    "editor.title": ("编辑", "Edit"),
    "editor.text": ("规则集文本（YAML）", "Text of the ruleset (YAML)"),
    "editor.bases": ("继承的文本（只读）", "What it extends (read only)"),
    "editor.keys": (
        "Ctrl+Enter 检查 · F8 下一个问题 · Tab 离开编辑框",
        "Ctrl+Enter checks · F8 next problem · Tab leaves the field",
    ),
    "editor.check": ("检查", "Check"),
    "editor.checking": ("检查中…", "Checking…"),
    "editor.line": ("第 {line} 行第 {column} 列", "line {line}, column {column}"),
    "editor.unsaved": ("有未启用的修改", "changes not activated"),
    "checked.title": ("检查结果", "Outcome of the check"),
    "check.none": (
        "修改后会自动检查；启用前也会再检查一遍。",
        "Changes are checked as you type, and once more before they are activated.",
    ),
    "check.problems": ("{n} 个问题，不能启用", "cannot be activated; problems: {n}"),
    "check.good": ("没有问题", "No problems"),
    "check.size": (
        "规则 {rules} 条，例子通过 {passed} / {examples}",
        "{rules} rules; examples passed: {passed} of {examples}",
    ),
    "checked.hint": ("提示：", "Hint: "),
    "check.same": ("与启用中的规则集没有差别。", "No difference to what is active."),
    "check.edits": ("规则的变化", "Rules that change"),
    "check.followers": (
        "同时更新继承它的专用规则集：{names}",
        "Taken along, because they extend it: {names}",
    ),
    "diff.title": ("文本的变化", "Lines that change"),
    "diff.lines": ("{file}：+{added} −{removed}", "{file}: +{added} −{removed}"),
    "diff.long": ("文本太长，不逐行比较。", "Too long to compare line by line."),
    "diff.none": ("没有差别。", "No difference."),
    "diff.first": ("此前没有规则集。", "There was none before."),
    "diff.gap": ("省略的行", "lines left out"),
    "simulation.title": ("试算", "Simulation"),
    "simulation.text": (
        "在每个已判定的工单上试用这份规则，不保存也不写回。",
        "Decides on every issue of the pool under this text; nothing is stored or written.",
    ),
    "simulation.share": (
        "{flipped} / {issues} 个工单会变（{percent}%）",
        "{flipped} of {issues} issues flip ({percent} %)",
    ),
    "simulation.days": (
        "进入合同 {days_in} 人天，移出合同 {days_out} 人天；评论改动 {comments} 条",
        "person-days into contract {days_in}, out of it {days_out}; comments changed: {comments}",
    ),
    "simulation.agreement": (
        "与人工改判一致：{before} → {after}（共 {overrides}）",
        "overrides that the rules agree with: {before} → {after} of {overrides}",
    ),
    "simulation.flips": ("哪些会变", "What flips"),
    "simulation.issues": ("工单 {n}", "issues: {n}"),
    "simulation.clients": ("按客户", "By client"),
    "simulation.trains": ("按版本线", "By train"),
    "simulation.load": (
        "移入 {issues_in} 个（{days_in} 人天），移出 {issues_out} 个（{days_out} 人天）",
        "{issues_in} come ({days_in} person-days), {issues_out} go ({days_out})",
    ),
    "simulation.beyond": (
        "{n} 个放不进任何未封版的版本",
        "no open release has room for {n}",
    ),
    "simulation.overlaps": (
        "先后会改变结论的规则（{n}）",
        "Rules whose order matters ({n})",
    ),
    "simulation.before": ("{issues} 个工单上先于", "on {issues} issues goes before"),
    "simulation.unmatched": (
        "没有工单符合的规则（{n}）",
        "Rules that match no issue ({n})",
    ),
    "simulation.run": ("在全部需求上试算", "Try it on the whole pool"),
    "activate.title": ("启用", "Activate"),
    "activate.text": (
        "启用后立即在所有主机上生效，全部相关工单在后台重新判定。",
        "Runs on every host at once; the issues concerned are decided on again in the background.",
    ),
    "activate.reason": ("为什么改（必填）", "Why (required)"),
    "activate.do": ("启用", "Activate"),
    "retire.title": ("停用专用规则集", "End its own ruleset"),
    "retire.do": ("改用通用规则集", "Let the general one decide"),
    "history.title": ("启用记录", "History"),
    "history.number": ("序号", "No."),
    "history.ruleset": ("规则集", "Ruleset"),
    "history.since": ("启用", "Activated"),
    "history.until": ("至", "Until"),
    "history.by": ("由谁", "By"),
    "history.reason": ("原因", "Why"),
    "history.none": ("还没有启用过规则集。", "None has been activated yet."),
    "ruleset.back": ("返回规则", "Back to the rules"),
    "ruleset.title": ("规则集 {name}，第 {n} 次启用", "Ruleset {name}, activation {n}"),
    "ruleset.changed": ("与前一次相比", "What it changed"),
    "ruleset.text": ("文本", "Text"),
    "ruleset.edit": ("以此为底稿编辑", "Edit a copy"),
    "rollback.title": ("回退到此", "Roll back to it"),
    "rollback.text": (
        "作为新的一次启用；未确认的写入不会写出。",
        "As a new activation; what nobody confirmed is never written.",
    ),
    "rollback.do": ("回退", "Roll back"),
    "done.activated": (
        "已启用，正在后台重新判定。",
        "Activated; issues are decided on again.",
    ),
    "done.same": ("该规则集已在启用中。", "This very ruleset is active already."),
    "done.rolled_back": (
        "已回退，正在后台重新判定。",
        "Rolled back; issues are decided on again.",
    ),
    "done.retired": ("已改由通用规则集判定。", "The general ruleset decides now."),
    "done.resumed": (
        "已确认，正在写入工单系统。",
        "Confirmed; trackers are being written to.",
    ),
    "failed.ruleset": (
        "规则集有问题，原规则集继续有效。",
        "the ruleset has problems; the active one stays.",
    ),
    "failed.not_simulated": (
        "规则集有问题，无法试算。",
        "a ruleset with problems cannot be tried.",
    ),
    "failed.already_simulating": (
        "另一个试算正在进行，请稍后再试。",
        "another simulation is running; try again in a moment.",
    ),
    "failed.outdated": (
        "有人先启用了另一个规则集，请对照差别后再启用。",
        "somebody activated another one meanwhile; compare, then activate again.",
    ),
    "explain.title": ("判定依据：{issue}", "Why: {issue}"),
    "explain.back": ("返回需求 #{n}", "Back to #{n}"),
    "explain.link": ("查看每条规则", "Every rule"),
    "explain.issue": ("工单", "Issue"),
    "explain.decision": ("第 {n} 次判定，共 {of} 次", "Decision {n} of {of}"),
    "explain.decisions": ("判定", "Decisions"),
    "explain.older": ("上一次判定", "Earlier decision"),
    "explain.newer": ("下一次判定", "Later decision"),
    "explain.by": (
        "按当时的规则集 {name}（第 {n} 次启用）",
        "by {name} as of then (activation {n})",
    ),
    "explain.disagrees": (
        "判定之后规则引擎有变化，今天会得出不同结论；下面是今天的说明。",
        (
            "The rules' engine has changed since, and says something else today; this is"
            " what it says today."
        ),
    ),
    "explain.nothing": ("无结论", "nothing said"),
    "explain.undecided": ("此类别不判定", "not decided for this kind"),
    "explain.outcome": ("结论", "says"),
    "explain.overruled": ("当时人工改判为", "a person had overruled it to"),
    "explain.always": ("其余情况", "whatever is left"),
    "explain.held": ("成立", "holds"),
    "explain.not_held": ("不成立", "does not hold"),
    "explain.absent": ("无", "absent"),
    "explain.others": ("{n} 条未到达的规则", "not reached: {n}"),
    "explain.facts": ("当时的事实（{n}）", "Facts of then ({n})"),
}
"""Chinese and English by key."""
