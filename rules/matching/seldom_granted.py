"""What clients of any trade ask for and contracts seldom grant.

Matters of every house that a contract for something else does not cover (payroll, car
park), channels and techniques that it names when it grants them, others who should take
part, more than was agreed. A request that means one of these, in a contract whose
clauses do not, is hardly inside, however near a clause comes. Written from what
contracts for business software commonly leave out, in both languages; none of it is of one
trade. ``OFTEN_LEFT_OUT`` is the same for single words.
"""

from hashlib import sha256

_MATTERS: tuple[tuple[str, str], ...] = (
    # --- the way in: devices, channels, sign-on
    (
        "a native app for iPhone and Android from the app store",
        "苹果和安卓的原生手机应用",
    ),
    ("an app for a watch, tablet or smart glasses", "手表、平板、智能眼镜上的应用"),
    ("WhatsApp, social media and chat groups", "微博、抖音、聊天群"),
    ("notices by voice call or loudspeaker", "语音电话和广播通知"),
    ("push messages to Teams, Slack or Outlook calendar", "推送到钉钉、飞书或日历"),
    (
        "sign in with fingerprint, smart card or another provider",
        "指纹、智能卡或其他账号登录",
    ),
    ("face recognition", "人脸识别"),
    ("video calls and live streaming", "视频通话和直播"),
    ("screens in further languages, translation", "界面增加其他外语翻译"),
    ("a new design, dark mode and animations", "换界面设计、皮肤和动画"),
    ("work offline without a network", "没有网络也能离线使用"),
    # --- machines that think
    (
        "artificial intelligence and machine learning decide by themselves",
        "用人工智能、机器学习自动判断",
    ),
    ("a forecast or prediction of the future", "预测未来"),
    ("advice and recommendations written by a computer", "电脑自动写建议和推荐"),
    (
        "automatic recognition of pictures, scans and speech",
        "图片、扫描件和语音自动识别",
    ),
    ("a chatbot or voice robot answers", "聊天机器人、语音机器人应答"),
    (
        "the system decides automatically instead of a person",
        "由系统自动决定,不再由人审批",
    ),
    ("optimise a schedule or a route automatically", "自动优化排程和路线"),
    # --- things and works
    ("buying and installing hardware, devices and network", "采购安装硬件设备和网络"),
    ("repair of computers, printers and phones", "修电脑、打印机和电话"),
    ("wifi, cabling and servers", "无线网络、布线和服务器"),
    ("cameras and surveillance", "摄像头和视频监控"),
    ("sensors and readings from machines", "传感器和设备数据采集"),
    ("GPS tracking and RFID tags", "定位跟踪和电子标签"),
    ("doors, barriers and access control", "门禁和道闸"),
    ("office furniture, heating and cleaning", "办公家具、空调和保洁"),
    ("energy and building technology", "能源和楼宇设备"),
    # --- what every house has to do besides
    ("payroll, salaries, bonuses and taxes of the staff", "员工工资、绩效奖金和个税"),
    ("shift roster, time clock and holidays of employees", "员工排班、打卡考勤和年假"),
    ("recruiting, appraisal and careers", "招聘、考核和晋升"),
    ("the staff car park", "员工停车位"),
    ("the canteen menu", "食堂菜单和餐费"),
    ("booking meeting rooms", "会议室预订"),
    ("fleet cars and fuel", "公务用车和加油"),
    ("business travel, hotels and flights", "出差订票订房"),
    ("company party, vote and leisure courses for staff", "员工团建、投票和兴趣班"),
    ("post, parcels and paper archive", "信件快递和纸质档案"),
    ("bookkeeping entries and general ledger", "会计凭证和总账"),
    ("invoices and payments collected online", "在线收款和开发票"),
    ("legal action and court cases", "起诉和打官司"),
    ("purchasing and tenders", "采购和招标"),
    # --- selling
    ("advertising and marketing campaigns", "广告和营销活动"),
    ("newsletter to customers and donors", "给客户群发资讯"),
    ("points, vouchers and rewards", "积分、优惠券和奖励"),
    ("an online shop", "网上商城"),
    ("public reviews and rankings", "公开评价和排名"),
    ("questionnaires and surveys", "问卷调查"),
    ("renting out rooms to outside clubs", "场地对外出租"),
    # --- others at the table
    (
        "outside companies and partners log in and enter data themselves",
        "外部公司和合作方自己登录录入",
    ),
    ("customers and relatives serve themselves in a portal", "客户和家属自助办理"),
    ("suppliers invoice and settle their accounts through it", "供应商自己开票结算"),
    ("joint use with another organisation", "和其他单位联合使用"),
    # --- more of it
    (
        "further sites, branches and more users than agreed",
        "增加分支机构、网点和用户数",
    ),
    ("more of them than the agreed maximum", "数量超过约定的上限"),
    ("taking over all data of many more years", "迁移更多年份的全部历史数据"),
    ("building an own report freely with a designer", "自己设计任意报表"),
    ("charts, maps and big screens for the management", "领导驾驶舱大屏和地图"),
    ("connecting a further third-party system", "再对接一个第三方系统"),
    ("sending data back to another system in real time", "数据实时回传到其他系统"),
    ("reporting automatically to an authority", "自动上报给主管部门"),
    ("payment by PayPal or mobile wallet", "用支付宝或微信钱包付款"),
    ("a new law or regulation changes the calculation", "新法规要求改变计算方法"),
    ("electronic signatures and certificates", "电子签章和数字证书"),
    ("blockchain and crypto currency", "区块链和数字货币"),
    # --- services
    ("e-learning course with a test and certificate", "带考试和证书的在线课程"),
    ("further training days on site", "增加现场培训"),
    ("round-the-clock hotline and staff on site", "二十四小时热线和驻场人员"),
    ("data entry and clean-up done for us", "代我们录入和整理数据"),
    ("consulting, audits and written statements on security", "咨询、审计和安全证明"),
    ("moving to another cloud or data centre", "迁移到其他云或机房"),
)

SELDOM_GRANTED: tuple[str, ...] = tuple(text for pair in _MATTERS for text in pair)
"""Each matter in English and in Chinese."""

FINGERPRINT = sha256("\n".join(SELDOM_GRANTED).encode()).hexdigest()[:8]
"""Part of the engine's version."""
