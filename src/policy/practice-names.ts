// Ids of all practices, their cases, and what peers call the same: for whoever reads what a site or a person writes about rules, so
// that reading a configuration does not load the practices. Made by practice-names.test.ts, which keeps it in step.

/** What a practice may be called. */
export interface PracticeName {
  readonly cases: readonly string[];
  readonly peers: readonly string[];
}

// Id, cases, peers.
const TABLE = `
APP-REVIEW | unknown | -
APP001 | unknown | -
APP002 | background unknown | -
APP003 | unknown | -
APP004 | unknown | -
BAS001 | unknown | DL3026
BAS002 | unknown | -
BAS003 | meant unknown | --exit-on-eol
BAS004 | unknown | DL3006 DS-0001
BAS005 | unknown | DL3007 DS-0001 DKL-DI-0006
BAS006 | moved unknown | -
BAS007 | unknown | DL3026 CIS-DI-0002
BAS008 | unknown | UndefinedArgInFrom InvalidDefaultArgInFrom
BAS009 | gone library mirror unknown | -
BAS010 | unknown | -
BAS011 | unknown | -
DAE001 | unknown | -
DAE002 | unknown | -
DAE003 | unknown | -
DOC001 | missing unknown | DL3049
DOC002 | app unknown | -
DOC003 | unknown | DL3049
DOC004 | unknown | DL4000 DS-0022 MaintainerDeprecated
DOC005 | unknown | DL3048 DL3050 DL3051 DL3052 DL3053 DL3055 DL3056 DL3058
ENV001 | unknown | -
ENV002 | file unknown | -
ENV003 | unknown | LegacyKeyValueFormat
ENV004 | unknown | DL3044
ENV005 | empty unknown | SC2123
ENV006 | prints ends bash unknown | -
FSP001 | capability unknown | -
IGN001 | unknown-rule ended day unknown | -
IGN002 | unknown | -
IGN003 | locked unknown | DL1001
LAY001 | unknown | -
LAY002 | unknown | DL3059
LAY003 | unknown | -
LAY004 | incomplete unknown | CopyIgnoredFile
LAY005 | compressed unknown | -
LAY006 | unknown | -
LAY007 | most unknown | -
LAY008 | unknown | -
LAY009 | unknown | DKL-LI-0003
LAY010 | unknown | -
LAY011 | unknown | -
LIC001 | accepted licence unknown | -
LIC002 | variable unknown | -
LIC003 | wrong unknown | DL3054
LIC004 | unknown | -
LOC001 | owner unknown | -
LOC002 | one unknown | -
LOG001 | unknown | -
LOG002 | unknown | -
MNT001 | below unknown | KSV-0023
MNT002 | other unknown | -
MNT003 | unknown | KSV-0006
MNT004 | open unknown | -
MNT005 | unknown | -
MNT006 | filled unknown | DKL-DI-0002
MNT007 | unknown | -
MNT008 | unknown | -
NAM001 | unknown | -
NAM002 | recommended fqdn unknown | -
NET001 | unknown | DS-0004
NET002 | unknown | -
NET003 | unknown | -
NET004 | trap unknown | DL3011 DS-0008
PKG001 | late unknown | -
PKG002 | unknown | DS-0017 CIS-DI-0007
PKG003 | unknown | -
PKG004 | unknown | DL3014 DL3030 DL3034 DL3038 DS-0021
PKG005 | measured unknown | DL3009 DL3019 DL3032 DL3036 DL3040 DS-0015 DS-0019 DS-0020 DS-0025 DS-0027 DKL-DI-0004 DKL-DI-0005
PKG006 | measured unknown | -
PKG007 | measured unknown | DL3042
PKG008 | measured unknown | -
PKG009 | unknown | -
PKG010 | unknown | DL3015 DS-0029
PKG011 | unknown | DL3027
PKG012 | unknown | -
PKG013 | unknown | -
PKG014 | unknown | DL3008 DL3018 DL3033 DL3037 DL3041
PKG015 | unknown | DL3013 DL3016 DL3028 DL3062
PKG016 | unknown | -
PKG017 | unknown | SC2015
PKG018 | unknown | -
PKG019 | unknown | -
PKG020 | unknown | -
PKG021 | commit unknown | CIS-DI-0009
PKG022 | unknown | -
PKG023 | unknown | -
PKG024 | unknown | -
PKG025 | unknown | -
PRC001 | unknown | DL3025 JSONArgsRecommended
PRC002 | image apps unknown | -
PRC003 | unknown | DL4003 DL4004 DS-0016 DS-0007 MultipleInstructionsDisallowed
PRC004 | unknown | -
PRC005 | unknown | -
PRC006 | unused unknown | SC2068 SC2048
PRC007 | unknown | -
PRC008 | launch unknown | DL3057 DS-0026 CIS-DI-0006
PRC009 | kill unknown | DL3012 DS-0023
PTH001 | unknown | -
PTH002 | unknown | DKL-LI-0003
PTH003 | unknown | DS-0030
PTH004 | unknown | -
PTH005 | unknown | -
PTH006 | unknown | DL3000 DS-0009 WorkdirRelativePath
PTH007 | unknown | DL3045 WorkdirRelativePath
PTH008 | unknown | -
REG001 | unknown | DL3026
RUN001 | unknown | -
RUN002 | root unknown | -
RUN003 | unknown | -
RUN004 | shared unknown | -
RUN005 | unknown | -
RUN006 | unknown | -
RUN007 | unknown | -
RUN008 | unknown | -
RUN009 | overlay commit sandbox unknown | -
RUN010 | unknown | -
RUN011 | missing unknown | -
RUN012 | fixed unknown | -
RUN013 | unknown | -
RUN014 | obsolete unknown | -
SC2006 | unknown | -
SC2015 | unknown | -
SC2028 | unknown | -
SC2043 | unknown | -
SC2046 | unknown | -
SC2048 | unknown | -
SC2059 | unknown | -
SC2068 | unknown | -
SC2086 | unknown | -
SC2103 | unknown | -
SC2115 | unknown | -
SC2123 | unknown | -
SC2140 | unknown | -
SC2145 | unknown | -
SC2148 | unknown | -
SC2154 | unknown | -
SC2155 | unknown | -
SC2164 | unknown | -
SC2166 | unknown | -
SC2174 | unknown | -
SC2181 | unknown | -
SC2206 | unknown | -
SC2230 | unknown | -
SC3010 | unknown | -
SC3040 | unknown | -
SEC001 | launch unknown | DL3064 DS-0031 CIS-DI-0010 SecretsUsedInArgOrEnv
SEC002 | file unknown | DS-0031 CIS-DI-0010
SEC003 | unknown | DS-0031 CIS-DI-0010
SEC004 | unknown | DS-0031 CIS-DI-0010
SEC005 | empty group unknown | DKL-LI-0001 CIS-DI-0008
SEC006 | history unknown | CIS-DI-0010
SEC007 | file unknown | -
SEC008 | unknown | -
SEC009 | owner mode unknown | -
SEC010 | unknown | -
SIG001 | unknown | CIS-DI-0005
SIG002 | unknown | -
SRC001 | unknown | -
SRC002 | dirty unknown | -
SRC003 | revision unknown | DL3049 DL3055
SRC004 | unknown | DL3056
STR001 | unknown | DL1000 DL3049
STR002 | unknown | DL3061
STR003 | case reserved unknown | DL3024 DL3063 DS-0012 DuplicateStageName StageNameCasing ReservedStageName
STR004 | unknown | DL3022
STR005 | unknown | DL3023 DS-0006
STR006 | unknown | DL3021 DS-0011
STR007 | unknown | DL3020 DS-0005 CIS-DI-0009
STR008 | unknown | DL3003 DS-0013
STR009 | unknown | DL4006 DS-0028
STR010 | unknown | DL4001 DS-0014
STR011 | unknown | -
STR012 | unknown | -
STR013 | file unknown | -
STR014 | unknown | UndefinedVar
STR015 | blank unknown | NoEmptyContinuation ConsistentInstructionCasing FromAsCasing EmptyContinuation
STR016 | unknown | -
STR017 | unknown | DL3067
STR018 | same unknown | DL3029 DL3065 FromPlatformFlagConstDisallowed RedundantTargetPlatform
STR019 | unknown | -
STR020 | empty unknown | SC1009 SC1036 SC1046 SC1047 SC1056 SC1058 SC1072 SC1073 SC1088 SC1089
STR021 | encoding hidden mark ends unknown | SC1017 SC1082
STR022 | unknown | -
TAG001 | unknown | -
TAG002 | unknown | DKL-DI-0006
TAG003 | unknown | -
TAG004 | unknown | DL3007
TOO001 | other unknown | DL3001 DL3004 CIS-DI-0008 DKL-DI-0001
TOO002 | unknown | DL3001
TOO003 | unknown | -
TOO004 | sudoers nopasswd unknown | DL3004 DS-0010 CIS-DI-0008 DKL-DI-0001
TOO005 | daemon unknown | DS-0004
USR001 | root unknown | DL3002 DS-0002 CIS-DI-0001
USR002 | root unknown | -
USR003 | unknown | CIS-DI-0008
USR004 | unknown | -
USR005 | unknown | -
USR006 | unknown | DL3046
USR007 | unknown | DL3066
USR008 | name unknown | DKL-LI-0002
USR009 | unknown | -
VUL001 | unfixed unknown | -
VUL002 | database unknown | -
VUL003 | unknown | -
VUL004 | unfixed unknown | -
`;

/** By id. */
export const PRACTICE_NAMES: ReadonlyMap<string, PracticeName> = new Map(
  TABLE.trim()
    .split("\n")
    .map((row) => {
      const [id = "", cases = "", peers = ""] = row.split(" | ");
      return [id, { cases: namesOf(cases), peers: namesOf(peers) }];
    }),
);

function namesOf(list: string): readonly string[] {
  return list === "-" ? [] : list.split(" ");
}
