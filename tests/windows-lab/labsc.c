/* labsc.exe - a service control client with the text layout of Windows' own sc.exe.
 *
 * It talks to the service manager of the system it runs on through the documented Win32 functions and ends with the
 * Win32 error number, as sc.exe does. Called labsc-de.exe, -es, -pt, -ru, -ja, -zh or -fr it speaks that language, in
 * the code page that consoles of that language usually have.
 *
 *   labsc.exe [\\MACHINE] query|queryex|start|stop|pause|continue|interrogate NAME
 *   labsc.exe create NAME binPath= PATH [start= auto|demand|disabled] [depend= A/B]
 *   labsc.exe config NAME start= auto|demand|disabled
 *   labsc.exe delete NAME
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

struct text { DWORD code; const char *en, *de, *es, *pt, *ru, *ja, *zh, *fr; };
/* Only sentences seen in real output of that language are filled in; NULL falls back to English. */
static const struct text texts[] = {
    { 5, "Access is denied.", "Zugriff verweigert", NULL, NULL, NULL, "アクセスが拒否されました。", "拒绝访问。", "Accès refusé." },
    { 1053, "The service did not respond to the start or control request in a timely fashion.",
      "Der Dienst antwortete nicht rechtzeitig auf die Start- oder Steuerungsanforderung.", NULL, NULL, NULL,
      "そのサービスは指定時間内に開始要求または制御要求に応答しませんでした。", "服务没有及时响应启动或控制请求。", NULL },
    { 1056, "An instance of the service is already running.", NULL, NULL, "Uma cópia deste serviço já está em execução.",
      "Одна копия службы уже запущена.", NULL, "服务的实例已在运行中。", NULL },
    { 1058, "The service cannot be started, either because it is disabled or because it has no enabled devices associated with it.",
      NULL, NULL, NULL, NULL, NULL, NULL, NULL },
    { 1060, "The specified service does not exist as an installed service.", "Der angegebene Dienst ist kein installierter Dienst.",
      "El servicio especificado no existe como servicio instalado.",
      "O serviço especificado não existe como serviço instalado.", NULL,
      "指定されたサービスはインストールされたサービスとして存在しません。", "指定的服务未安装。",
      "Le service spécifié n'existe pas en tant que service installé." },
    { 1061, "The service cannot accept control messages at this time.", NULL, NULL, NULL,
      "Служба в настоящее время не может принимать команды.", NULL, NULL, NULL },
    { 1062, "The service has not been started.", NULL, NULL, NULL, "Служба не запущена.", NULL, NULL, NULL },
    { 1068, "The dependency service or group failed to start.", NULL, NULL, NULL, NULL, NULL, NULL, NULL },
    { 1073, "The specified service already exists.", NULL, NULL, NULL, NULL, NULL, NULL, NULL },
    { 2, "The system cannot find the file specified.", NULL, NULL, NULL, NULL, NULL, "系统找不到指定的文件。", NULL },
};

struct lang { const char *id; UINT cp; int indent, width; const char *name, *type, *state, *wexit, *sexit, *check, *hint, *failed; };
static const struct lang langs[] = {
    { "en", 437, 8, 19, "SERVICE_NAME", "TYPE", "STATE", "WIN32_EXIT_CODE", "SERVICE_EXIT_CODE", "CHECKPOINT", "WAIT_HINT", " FAILED %lu:" },
    { "de", 850, 8, 19, "SERVICE_NAME", "TYPE", "STATE", "WIN32_EXIT_CODE", "SERVICE_EXIT_CODE", "CHECKPOINT", "WAIT_HINT", " FEHLER %lu:" },
    { "es", 850, 8, 19, "NOMBRE_SERVICIO", "TIPO", "ESTADO", "CÓD_SALIDA_WIN32", "CÓD_SALIDA_SERVICIO", "PUNTO_COMPROB.", "INDICACIÓN_INICIO", " ERROR %lu:" },
    { "pt", 850, 4, 27, "NOME_DO_SERVIÇO", "TIPO", "ESTADO", "CÓDIGO_DE_SAÍDA_DO_WIN32", "CÓDIGO_DE_SAÍDA_DO_SERVIÇO", "PONTO_DE_VERIFICAÇÃO", "AGUARDAR_DICA", " FALHA %lu:" },
    { "ru", 866, 8, 19, "Имя_службы", "Тип", "Состояние", "Код_выхода_Win32", "Код_выхода_службы", "Контрольная_точка", "Ожидание", ": ошибка: %lu:" },
    { "ja", 932, 8, 19, "SERVICE_NAME", "TYPE", "STATE", "WIN32_EXIT_CODE", "SERVICE_EXIT_CODE", "CHECKPOINT", "WAIT_HINT", " FAILED %lu:" },
    { "zh", 936, 8, 19, "SERVICE_NAME", "TYPE", "STATE", "WIN32_EXIT_CODE", "SERVICE_EXIT_CODE", "CHECKPOINT", "WAIT_HINT", " 失败 %lu:" },
    { "fr", 850, 8, 19, "SERVICE_NAME", "TYPE", "STATE", "WIN32_EXIT_CODE", "SERVICE_EXIT_CODE", "CHECKPOINT", "WAIT_HINT", " échec(s) %lu :" },
};
static const struct lang *L = &langs[0];
static UINT codepage;

static void out(const char *utf8)
{
    WCHAR w[4096]; char b[8192]; int n;
    if (!MultiByteToWideChar(CP_UTF8, 0, utf8, -1, w, 4096)) return;
    n = WideCharToMultiByte(codepage, 0, w, -1, b, sizeof b, NULL, NULL);
    if (!n) n = WideCharToMultiByte(CP_UTF8, 0, w, -1, b, sizeof b, NULL, NULL);
    if (n > 1) { DWORD done; WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), b, n - 1, &done, NULL); }
}

static void outf(const char *fmt, ...)
{
    char b[4096]; va_list ap;
    va_start(ap, fmt); vsnprintf(b, sizeof b, fmt, ap); va_end(ap);
    out(b);
}

static const char *utf8(const WCHAR *w)
{
    static char b[2048];
    WideCharToMultiByte(CP_UTF8, 0, w, -1, b, sizeof b, NULL, NULL);
    return b;
}

static void label(const char *l)
{
    WCHAR w[256]; int n = MultiByteToWideChar(CP_UTF8, 0, l, -1, w, 256) - 1;
    outf("%*s%s%*s: ", L->indent, "", l, n < L->width ? L->width - n : 0, "");
}

static int fail(const char *what, DWORD e)
{
    char head[128]; const char *t = NULL; unsigned i;
    snprintf(head, sizeof head, L->failed, e);
    for (i = 0; i < sizeof texts / sizeof *texts; i++) if (texts[i].code == e)
    {
        const char *const *p = &texts[i].en;      /* same order as langs[] */
        t = p[L - langs];
        if (!t) t = texts[i].en;
    }
    outf("[SC] %s%s\r\n\r\n%s\r\n\r\n", what, head, t ? t : "");
    return (int)e;
}

static void show(const WCHAR *name, const SERVICE_STATUS_PROCESS *s, int ex)
{
    static const char *states[] = { "", "STOPPED", "START_PENDING", "STOP_PENDING", "RUNNING", "CONTINUE_PENDING", "PAUSE_PENDING", "PAUSED" };
    const char *type = "";
    switch (s->dwServiceType & 0xff)
    {
    case 1: type = "KERNEL_DRIVER"; break;
    case 2: type = "FILE_SYSTEM_DRIVER"; break;
    case 0x10: type = "WIN32_OWN_PROCESS"; break;
    case 0x20: type = "WIN32_SHARE_PROCESS"; break;
    case 0x30: type = "WIN32"; break;
    }
    outf("\r\n%s: %s \r\n", L->name, utf8(name));
    label(L->type); outf("%lx  %s  %s\r\n", s->dwServiceType, type, s->dwServiceType & 0x100 ? "(interactive)" : "");
    label(L->state); outf("%lu  %s \r\n", s->dwCurrentState, s->dwCurrentState <= 7 ? states[s->dwCurrentState] : "");
    if (s->dwCurrentState != SERVICE_STOPPED)
        outf("                                (%s, %s, %s)\r\n",
             s->dwControlsAccepted & SERVICE_ACCEPT_STOP ? "STOPPABLE" : "NOT_STOPPABLE",
             s->dwControlsAccepted & SERVICE_ACCEPT_PAUSE_CONTINUE ? "PAUSABLE" : "NOT_PAUSABLE",
             s->dwControlsAccepted & 0x100 ? "ACCEPTS_PRESHUTDOWN" : s->dwControlsAccepted & SERVICE_ACCEPT_SHUTDOWN ? "ACCEPTS_SHUTDOWN" : "IGNORES_SHUTDOWN");
    label(L->wexit); outf("%lu  (0x%lx)\r\n", s->dwWin32ExitCode, s->dwWin32ExitCode);
    label(L->sexit); outf("%lu  (0x%lx)\r\n", s->dwServiceSpecificExitCode, s->dwServiceSpecificExitCode);
    label(L->check); outf("0x%lx\r\n", s->dwCheckPoint);
    label(L->hint); outf("0x%lx\r\n", s->dwWaitHint);
    if (ex) { label("PID"); outf("%lu\r\n", s->dwProcessId); label("FLAGS"); out("\r\n"); }
}

static DWORD startType(const WCHAR *v)
{
    if (!_wcsicmp(v, L"auto")) return SERVICE_AUTO_START;
    if (!_wcsicmp(v, L"disabled")) return SERVICE_DISABLED;
    return SERVICE_DEMAND_START;
}

int wmain(int argc, WCHAR **argv)
{
    SC_HANDLE m, s; SERVICE_STATUS_PROCESS p; SERVICE_STATUS st; DWORD need, access = 0, control = 0, e; int i;
    const char *open = "OpenService";
    const WCHAR *c, *n, *machine = NULL;
    WCHAR self[MAX_PATH] = L"", *dash;
    GetModuleFileNameW(NULL, self, MAX_PATH);
    if ((dash = wcsrchr(self, L'-')))
        for (i = 0; i < (int)(sizeof langs / sizeof *langs); i++)
            if (dash[1] == (WCHAR)langs[i].id[0] && dash[2] == (WCHAR)langs[i].id[1]) L = &langs[i];
    codepage = L->cp;
    if (argc > 1 && !wcsncmp(argv[1], L"\\\\", 2)) { machine = argv[1]; argv++; argc--; }
    if (argc < 3) { out("usage: labsc COMMAND SERVICE\r\n"); return 1639; }
    c = argv[1]; n = argv[2];
    m = OpenSCManagerW(machine, NULL, _wcsicmp(c, L"create") ? SC_MANAGER_CONNECT : SC_MANAGER_CREATE_SERVICE);
    if (!m) return fail("OpenSCManager", GetLastError());
    if (!_wcsicmp(c, L"create"))
    {
        const WCHAR *bin = NULL; WCHAR dep[512] = {0}; DWORD start = SERVICE_DEMAND_START;
        for (i = 3; i + 1 < argc; i += 2)
        {
            if (!_wcsicmp(argv[i], L"binPath=")) bin = argv[i + 1];
            if (!_wcsicmp(argv[i], L"start=")) start = startType(argv[i + 1]);
            if (!_wcsicmp(argv[i], L"depend=")) { WCHAR *q; wcsncpy(dep, argv[i + 1], 500); for (q = dep; *q; q++) if (*q == L'/') *q = 0; }
        }
        s = CreateServiceW(m, n, n, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS, start, SERVICE_ERROR_NORMAL, bin, NULL, NULL, dep[0] ? dep : NULL, NULL, NULL);
        if (!s) return fail("CreateService", GetLastError());
        out("[SC] CreateService SUCCESS\r\n");
        return 0;
    }
    if (!_wcsicmp(c, L"query") || !_wcsicmp(c, L"queryex")) { access = SERVICE_QUERY_STATUS; open = "EnumQueryServicesStatus:OpenService"; }
    else if (!_wcsicmp(c, L"start")) { access = SERVICE_START | SERVICE_QUERY_STATUS; open = "StartService: OpenService"; }
    else if (!_wcsicmp(c, L"stop")) { access = SERVICE_STOP | SERVICE_QUERY_STATUS; control = SERVICE_CONTROL_STOP; }
    else if (!_wcsicmp(c, L"pause")) { access = SERVICE_PAUSE_CONTINUE | SERVICE_QUERY_STATUS; control = SERVICE_CONTROL_PAUSE; }
    else if (!_wcsicmp(c, L"continue")) { access = SERVICE_PAUSE_CONTINUE | SERVICE_QUERY_STATUS; control = SERVICE_CONTROL_CONTINUE; }
    else if (!_wcsicmp(c, L"interrogate")) { access = SERVICE_INTERROGATE | SERVICE_QUERY_STATUS; control = SERVICE_CONTROL_INTERROGATE; }
    else if (!_wcsicmp(c, L"config")) access = SERVICE_CHANGE_CONFIG;
    else if (!_wcsicmp(c, L"delete")) access = DELETE;
    else { out("*** Unrecognized Command ***\r\n"); return 1639; }
    s = OpenServiceW(m, n, access);
    if (!s) return fail(open, GetLastError());
    if (control)
    {
        if (!ControlService(s, control, &st)) return fail("ControlService", GetLastError());
        memset(&p, 0, sizeof p); memcpy(&p, &st, sizeof st);
        show(n, &p, 0);
        return 0;
    }
    if (!_wcsicmp(c, L"start"))
    {
        if (!StartServiceW(s, argc - 3, (const WCHAR **)argv + 3)) return fail("StartService", GetLastError());
        if (QueryServiceStatusEx(s, SC_STATUS_PROCESS_INFO, (BYTE *)&p, sizeof p, &need)) show(n, &p, 1);
        return 0;
    }
    if (!_wcsicmp(c, L"config"))
    {
        DWORD start = SERVICE_NO_CHANGE;
        for (i = 3; i + 1 < argc; i += 2) if (!_wcsicmp(argv[i], L"start=")) start = startType(argv[i + 1]);
        if (!ChangeServiceConfigW(s, SERVICE_NO_CHANGE, start, SERVICE_NO_CHANGE, NULL, NULL, NULL, NULL, NULL, NULL, NULL)) return fail("ChangeServiceConfig", GetLastError());
        out("[SC] ChangeServiceConfig SUCCESS\r\n");
        return 0;
    }
    if (!_wcsicmp(c, L"delete"))
    {
        if (!DeleteService(s)) { e = GetLastError(); return fail("DeleteService", e); }
        out("[SC] DeleteService SUCCESS\r\n");
        return 0;
    }
    if (!QueryServiceStatusEx(s, SC_STATUS_PROCESS_INFO, (BYTE *)&p, sizeof p, &need)) return fail("QueryServiceStatus", GetLastError());
    show(n, &p, !_wcsicmp(c, L"queryex"));
    return 0;
}
