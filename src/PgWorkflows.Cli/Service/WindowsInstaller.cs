using System.Runtime.Versioning;
using Microsoft.Win32;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Cli.Service;

/// <summary>The steps that make the server a Windows service and register the source of its events, and take both away again.</summary>
internal static class WindowsInstaller
{
    private const string SourceKey = @"SYSTEM\CurrentControlSet\Services\EventLog\Application\" + "PgWorkflows";

    public static IReadOnlyList<ServiceStep> Install(ServicePlan plan, bool start)
    {
        List<ServiceStep> steps =
        [
            Sc("create", plan.Name, "binPath=", CommandLine(plan), "start=", "auto", "obj=", plan.Account, "DisplayName=", "PgWorkflows"),
            Sc("description", plan.Name, "Protects PostgreSQL servers: checks them, starts and stops them, recovers them."),
            Sc("failure", plan.Name, "reset=", "86400", "actions=", "restart/5000/restart/30000/restart/60000"),
            // Only what starting programs and reading files takes; no loading of drivers, no debugging of others.
            Sc("privs", plan.Name, "SeChangeNotifyPrivilege/SeImpersonatePrivilege/SeAssignPrimaryTokenPrivilege/SeIncreaseQuotaPrivilege") with { MayFail = true },
            new ServiceStep.Do($@"register the event source PgWorkflows (HKLM\{SourceKey})", RegisterSource),
        ];
        if (start)
            steps.Add(Sc("start", plan.Name));
        return steps;
    }

    public static IReadOnlyList<ServiceStep> Uninstall(string name) =>
    [
        Sc("stop", name) with { MayFail = true }, // It may be stopped already.
        Sc("delete", name),
        new ServiceStep.Do($@"remove the event source PgWorkflows (HKLM\{SourceKey})", RemoveSource),
    ];

    /// <summary>What the service manager starts, as one command line: programs and files between quotes, whatever is in them.</summary>
    public static string CommandLine(ServicePlan plan) => string.Join(' ', new[]
    {
        plan.Programs + @"\pgw-server.exe", $"--service={plan.Name}", $"--config={plan.ConfigurationFile}", $"--PgWorkflows:Data={plan.Data}",
    }.Select(Quote));

    /// <summary>An argument as CommandLineToArgvW takes it apart: backslashes before the closing quote are doubled. A path has no quotes in it.</summary>
    public static string Quote(string argument)
    {
        var trailing = argument.Length - argument.TrimEnd('\\').Length;
        return $"\"{argument}{new string('\\', trailing)}\"";
    }

    private static ServiceStep.Run Sc(params string[] arguments) =>
        new(new Command(OperatingSystem.IsWindows() ? Path.Combine(Environment.SystemDirectory, "sc.exe") : "sc", arguments) { Limit = TimeSpan.FromMinutes(1) });

    private static void RegisterSource()
    {
        if (!OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("Event sources are Windows'.");
        Register();

        [SupportedOSPlatform("windows")]
        static void Register()
        {
            using var key = Registry.LocalMachine.CreateSubKey(SourceKey);
            // Its message for every id is the text itself; it comes with every Windows since 8.
            key.SetValue("EventMessageFile", @"%SystemRoot%\Microsoft.NET\Framework64\v4.0.30319\EventLogMessages.dll", RegistryValueKind.ExpandString);
            key.SetValue("TypesSupported", 7, RegistryValueKind.DWord);
        }
    }

    private static void RemoveSource()
    {
        if (OperatingSystem.IsWindows())
            Registry.LocalMachine.DeleteSubKeyTree(SourceKey, throwOnMissingSubKey: false);
    }
}
