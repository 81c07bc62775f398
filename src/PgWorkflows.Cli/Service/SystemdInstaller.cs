using System.Runtime.Versioning;
using PgWorkflows.Postgres.Commands;

namespace PgWorkflows.Cli.Service;

/// <summary>The steps that make the server a unit of systemd, and take it away again.</summary>
[UnsupportedOSPlatform("windows")]
internal static class SystemdInstaller
{
    private const string UnitFolder = "/etc/systemd/system";
    private const string RuleFolder = "/etc/polkit-1/rules.d";

    public static string UnitFile(string name) => $"{UnitFolder}/{name}.service";

    public static string RuleFile(string name) => $"{RuleFolder}/50-{name}.rules";

    /// <exception cref="CliException">The account cannot use the program or its configuration, or the unit is somebody else's.</exception>
    public static async Task<IReadOnlyList<ServiceStep>> InstallAsync(ServicePlan plan, bool start, CancellationToken cancellationToken)
    {
        foreach (var file in new[] { UnitFile(plan.Name), RuleFile(plan.Name) })
            RefuseForeign(file);
        if (LibCAccountProblem(plan.Account) is { } problem)
            throw new CliException(ExitCodes.Usage, problem);
        await MustReachAsync(plan, cancellationToken);

        List<ServiceStep> steps = [];
        if (!plan.Data.StartsWith(SystemdUnitFile.StateRoot, StringComparison.Ordinal))
            steps.Add(new ServiceStep.Run(new("install", "-d", "-m", "0700", "-o", plan.Account, plan.Data)));
        steps.Add(new ServiceStep.Write(UnitFile(plan.Name), SystemdUnitFile.Text(plan)));
        if (SystemdUnitFile.PolkitRule(plan) is { } rule)
        {
            if (!Directory.Exists(RuleFolder))
                throw new CliException(ExitCodes.Unavailable, $"There is no {RuleFolder}: without polkit '{plan.Account}' may not start units. Install polkit (Debian: polkitd), or run the service as root (--user root).");
            steps.Add(new ServiceStep.Write(RuleFile(plan.Name), rule));
        }
        else if (File.Exists(RuleFile(plan.Name)))
        {
            steps.Add(new ServiceStep.Delete(RuleFile(plan.Name)));
        }

        steps.Add(Systemctl("daemon-reload"));
        steps.Add(start ? Systemctl("enable", "--now", $"{plan.Name}.service") : Systemctl("enable", $"{plan.Name}.service"));
        return steps;
    }

    public static IReadOnlyList<ServiceStep> Uninstall(string name)
    {
        if (!File.Exists(UnitFile(name)))
            throw new CliException(ExitCodes.Unavailable, $"There is no {UnitFile(name)}: '{name}' is not installed.");
        RefuseForeign(UnitFile(name));
        List<ServiceStep> steps = [Systemctl("disable", "--now", $"{name}.service"), new ServiceStep.Delete(UnitFile(name))];
        if (File.Exists(RuleFile(name)))
            steps.Add(new ServiceStep.Delete(RuleFile(name)));
        steps.Add(Systemctl("daemon-reload"));
        return steps;
    }

    // A restart policy of ours never reaches into a start that takes long: the limit is systemd's own.
    private static ServiceStep.Run Systemctl(params string[] arguments) => new(new Command("systemctl", arguments) { Limit = TimeSpan.FromMinutes(3) });

    private static void RefuseForeign(string file)
    {
        if (File.Exists(file) && !File.ReadLines(file).FirstOrDefault("").Contains("Written by 'pgw service install'", StringComparison.Ordinal))
            throw new CliException(ExitCodes.Unavailable, $"{file} was not written by pgw and is left alone. Choose another --name, or remove it.");
    }

    private static string? LibCAccountProblem(string account) =>
        account.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') && File.ReadLines("/etc/passwd").Any(line => line.StartsWith(account + ":", StringComparison.Ordinal))
            ? null : $"--user {account}: there is no such user in /etc/passwd. Create it, or name another.";

    /// <summary>The account itself is asked: what it cannot reach would only fail later, in the journal.</summary>
    private static async Task MustReachAsync(ServicePlan plan, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
            return; // A dry run of somebody else cannot ask.
        var runner = new CommandRunner(TimeProvider.System);
        foreach (var (test, path) in new[] { ("-x", Path.Combine(plan.Programs, "pgw")), ("-x", Path.Combine(plan.Programs, "pgw-server")), ("-r", plan.ConfigurationFile) })
        {
            var result = await runner.RunAsync(new("test", test, path) { OsUser = plan.Account }, cancellationToken);
            if (!result.Succeeded)
                throw new CliException(ExitCodes.Unavailable, $"'{plan.Account}' cannot {(test == "-x" ? "run" : "read")} {path}. Install PgWorkflows where it can, for example below /opt, and its configuration below /etc/pgworkflows; or name another --user.");
        }
    }
}
