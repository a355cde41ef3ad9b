"""Words of no trade in particular: what people do with records, places, times and others.

The same lines as in ``gloss.py``, written concept by concept as a thesaurus is, from
what any business software is about. A concept that stands in both has the words of
both.
"""

from collections.abc import Mapping

# fmt: off
GENERAL: Mapping[str, tuple[str, str]] = {
    # --- times and turns
    "reserve": ("预约 预订 预定 约 订位 占位", "book, booking, reserve, reservation, appointment, slot"),
    "cancel": ("取消 退订 不来了 撤掉", "cancel, cancellation, call off, drop"),
    "reschedule": ("改期 改约 顺延 推迟 延后 提前", "reschedule, rebook, postpone, put off, move forward, bring forward"),
    "queue": ("排队 候补 等候 等待 名单上 叫号", "queue, waiting list, wait, waiting, in line"),
    "missed": ("没来 未到 缺席 爽约 没到 旷", "no show, missed, non attendance, absentee, did not come, never came, stay away"),
    "recurring": ("每周 周期 循环 固定 重复安排", "recurring, repeat, repeating, regular, weekly"),
    "shift": ("班次 值班 夜班 早班 排班 轮班 当班", "shift, duty, roster, night shift, rota"),
    "public-holiday": ("节假日 法定假 假期 放假", "public holiday, bank holiday, holidays"),
    "deadline": ("截止 到点 最晚 之前要", "deadline, cut off, latest, by when"),
    "timely": ("马上 立即 实时 随时 当场", "immediately, at once, straight away, real time, instantly"),
    # --- places and things
    "place": ("位置 地点 区域 场所 场地 地方", "place, location, zone, area, site, venue"),
    "room": ("房间 教室 诊室 室", "room, office, hall"),
    "screen": ("屏幕 显示屏 电视 屏", "screen, display, monitor, tv"),
    "kiosk": ("自助机 终端 一体机", "kiosk, terminal, self service machine"),
    "photo": ("照片 相片 拍照 拍 图像", "photo, picture, image, photograph, snapshot"),
    "label": ("标签 贴纸 标识", "label, sticker, tag"),
    "letter": ("信 信件 信函 函", "letter, mail out, correspondence"),
    "key-card": ("房卡 门卡 卡片", "key card, card, badge"),
    "spare": ("配件 零件 备件 部件", "spare, part, component"),
    # --- what is done with records
    "assign": ("分配 指派 派给 安排给 派", "assign, allocate, hand to, give to, dispatch"),
    "accept": ("接单 受理 接受", "accept, take on, acknowledge"),
    "redirect": ("转给 转交 转诊 改派 转到", "redirect, pass on, forward, refer, send on, hand over"),
    "split": ("拆分 分开 拆成 分摊", "split, divide, separate, two parts"),
    "combine": ("合并 并成 合成一个 去重", "merge, combine, duplicate, one record, twice"),
    "block": ("停用 封 锁 占用 不可用 停", "block, suspend, out of order, out of service, not available"),
    "release": ("释放 放开 解除 开放", "release, free up, unblock, lapse"),
    "erase": ("删除 抹掉 清除 被遗忘", "erase, forget, forgotten, wipe, deletion"),
    "compute": ("计算 算 自动计算 核算", "compute, calculate, calculation, work out"),
    "rank": ("排名 名次 等级 排序", "rank, ranking, grade, order of"),
    "fill-in": ("登记 录入 填写", "register, enter, fill in, key in, type in"),
    "remark": ("备注 理由 原因 说明", "reason, remark, note, comment, explanation"),
    "check-list": ("清单 目录 列表", "list, checklist, catalogue"),
    "conflict": ("冲突 撞 重叠 同时", "conflict, clash, overlap, double booked, same time"),
    "remind": ("提醒 催 催促", "remind, reminder, nudge, chase"),
    "unread": ("未读 已读 回执 没看", "unread, read receipt, not seen, confirm receipt"),
    "keep": ("保存 保留 存 存档", "keep, retain, store, save, retention"),
    "look-up": ("查到 查不到 翻 调出", "look up, find, pull up, retrieve"),
    "workload": ("工作量 课时 工时 人均", "workload, hours, per head"),
    "capacity": ("人数 名额 容量 上限 满 爆", "capacity, seats, places, full, maximum number"),
    # --- people
    "visitor": ("客人 访客 来客 住客 顾客", "guest, visitor, caller"),
    "learner": ("学生 同学 孩子 学员", "student, pupil, learner"),
    "parents": ("家长 父母 妈妈 爸爸 监护人", "parent, mother, father, guardian, family"),
    "instructor": ("教师 任课 班主任", "teacher, instructor, tutor"),
    "doctor": ("医生 大夫 医师", "doctor, physician, consultant, gp"),
    "clerk": ("前台 窗口 柜台 坐席 文员", "desk, front desk, reception, clerk, secretary, agent, counter"),
    "cleaner": ("保洁 打扫 清扫 客房", "cleaner, cleaning, housekeeping, maid, attendant"),
    "identity": ("身份 姓名 名字 生日 出生", "identity, name, surname, birthday, date of birth, demographic"),
    "address": ("地址 住址 邮编", "address, postcode, zip"),
    "anonymous": ("匿名 不记名 谁写的", "anonymous, anonymously, nobody knows who"),
}
"""By concept, as in the gloss."""
# fmt: on

GENERAL_FAINT: Mapping[str, float] = {
    "timely": 0.4,
    "place": 0.6,
    "room": 0.6,
    "screen": 0.6,
    "clerk": 0.6,
    "fill-in": 0.4,
    "remark": 0.4,
    "check-list": 0.4,
    "keep": 0.4,
    "look-up": 0.4,
    "compute": 0.6,
    "identity": 0.7,
    "accept": 0.6,
    "capacity": 0.7,
    "remind": 0.7,
}
"""What concepts that are said everywhere still count for."""
