"""What is usually found inside: as learnt by ``python -m benchmarks.fit_matcher``."""

from rules.matching.usual import Usual

USUAL = Usual.unpack(
    "use3/",
    (1.2555, 1.3261),
    "^Zx7s!$t)n{u3i1Ef(Ah<lyQ7<oy>REfMDu7|;~M`UCpD(e*|42>fyY_!tKT1nv?K3k%;XI2aA<DD(yb"
    "9`zg)0S7K500#REN8;rz>og=*2RRHC4G}Q!{`mkA-3s3Q@&d;I$lwv*0u2r3{o@7`+x!_L$w3J0FMr_>"
    "{sZ&$IS2s-2PO&r9~t)7IR@A66cs(}^#B4D6!hsC;sg~1BLN!Y{v-k_4Dk#a6AK^rDeM&#C>H@4H{<a4"
    "-rxc2`3)Qm^4tOZ5$NvS1Q+BU<MHb0-WbR1{P^$#7U~29>J9wt+!@;<@C4ui0nXI#=n6dJ4H@YV{r~O-"
    "?epdLBr@j?{rURtFYhS#4-OO73f>nD*ZVF+;UD)M{}KTIH0w9X>gw(2_2Kb41MC((zVRg-_2LC26y^uo"
    "-7f~r8T=InBi`=!(+3Ct-nr)#0RsyT4k$tP9N_x-(H-z28v*|!AMWt_{S5&4I0pp&UEBuv-thU<{{zM5"
    "9VZLw93IyQ3+(d`{=x6|=^XO~6Cxl6F$Nh52nGxF!y*49(J>b4?<Wr278?%lE$jys_T0k#_(%UT=L8k`"
    "0v+x~?dr+@F5L|s*!~qd@-zJY6Y|jL(fI~22=N8*@9_&65$F5x3km4=7~25`FyaX0&gIh-;PeH-1OfdR"
    "x!3Ck-b4Bv>KHB$Ru|V9`|S`q^9eBgH51_kF4z*z`Tq68&+I7u4)Jj25EmB{1IQF95E$JP3mXOFA|Uqh"
    "Bk>dy>=Yvv5c>HKK;HTg^)w+`79RT_9|#)<3;pi~(*Di^2Q1MJ=gj`@8~qH)2>SRY))*8H+cyd7Cx7My"
    "`~v~$F!%=y1PA{48V2hFGV%c21R_`S{ssvM9{lSJ{{8;=D&`=^-5UTZ9r^tl-s>kZC)xTfAPM#n9opvm"
    "+}h^##UTU>^Xcv46z&1#0{i72-}&U}^bOSV^8e-nBk~*u;Sv4|{`~kD%JSI#0PX4G?g2OI|0UZp`10Tc"
    ";Q81a4m|h_+cEbGGWIA67yA+eBl7GZ!~_{T?H1w;>HPu^FZ)cl;q>C!0om{<_45o-wDA-a=MN1lBlr5("
    "@;dG02>1x`1gQuFz5^Hf&b}W26$b_Z6c!TxBEb#w-V_oX6B7>O4BE%__W%GtRsab8O4R%T<MR2}{U_b?"
    "IVu_PCm7}R0p#lh`nK}?{~+P|9rY+BI1UXA3k4p{)f)30-Ub*D#}yXF7x4kvEdu%}DB$ZG=wakP3l>ZL"
    "_yp=#`QN_-AKeWK=^73{_Zj%%59I>x$Mxw4_XP;||MnRF4(JE>4hH$~3DEk@HSz)K*a65L&h-r41pyH|",
)
"""From 571 labelled requests of nine contracts by two authors."""
