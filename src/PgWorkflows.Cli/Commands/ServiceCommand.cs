using System.CommandLine;
using PgWorkflows.Cli.Output;
using PgWorkflows.Cli.Service;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Runtime;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace PgWorkflows.Cli.Commands;

/// <summary>Makes the server a service of this machine: a unit of systemd or a Windows service.</summary>
internal static class ServiceCommand
{
    public static Command Create(GlobalOptions options)
    {
        var name = new Option<string>("--name") { Description = "The service's name.", HelpName = "NAME", DefaultValueFactory = _ => ServicePlan.DefaultName, Recursive = true };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && ServicePlan.Problem(given) is { } problem)
                result.AddError($"--name '{given}': a service's name {problem}.");
        });
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would be done, and do nothing.", Recursive = true };
        var user = new Option<string?>("--user") { Description = "The account it runs as. Default: the owner of all data directories, else root; on Windows LocalSystem.", HelpName = "USER" };
        var noStart = new Option<bool>("--no-start") { Description = "Install it without starting it." };

        var install = new Command("install", "Install the server as a service, enable it and start it.") { user, noStart };
        install.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new CliOutput(isJson: false);
            var file = Workspace.ConfigurationPath(parsed.GetValue(options.Config));
            var settings = Settings.Read(file);
            if (settings.Problems.Count > 0)
                throw Settings.Wrong(settings.Problems);
            var data = Path.GetFullPath(parsed.GetValue(options.Data) ?? settings.Data ?? MachineData());
            var plan = new ServicePlan(parsed.GetRequiredValue(name), parsed.GetValue(user) ?? Account(settings), file, data, settings.Resources);
            var steps = OperatingSystem.IsWindows()
                ? WindowsInstaller.Install(plan, !parsed.GetValue(noStart))
                : await SystemdInstaller.InstallAsync(plan, !parsed.GetValue(noStart), cancellationToken);
            await new ServiceSteps(output, parsed.GetValue(dryRun)).RunAsync(steps, cancellationToken);
            return ExitCodes.Success;
        });

        var uninstall = new Command("uninstall", "Stop the service and remove it; configuration and history stay.");
        uninstall.SetAction(async (parsed, cancellationToken) =>
        {
            var steps = OperatingSystem.IsWindows() ? WindowsInstaller.Uninstall(parsed.GetRequiredValue(name)) : SystemdInstaller.Uninstall(parsed.GetRequiredValue(name));
            await new ServiceSteps(new CliOutput(isJson: false), parsed.GetValue(dryRun)).RunAsync(steps, cancellationToken);
            return ExitCodes.Success;
        });

        var status = new Command("status", "Say how the service does.");
        status.SetAction(async (parsed, cancellationToken) =>
        {
            var query = await ServiceStatusQuery.OfAsync(parsed.GetRequiredValue(name), cancellationToken);
            var output = new CliOutput(parsed.GetValue(options.Json));
            if (output.IsJson)
                output.Json(new { Name = parsed.GetRequiredValue(name), query.Status, query.Detail });
            else
                output.Console.MarkupLineInterpolated($"{parsed.GetRequiredValue(name)}  {query.Status?.ToString() ?? "no status"}  {query.Detail}");
            return query.Status == ServiceStatus.Running ? ExitCodes.Success : ExitCodes.Unavailable;
        });

        return new Command("service", "Run the server as a service: systemd unit or Windows service.") { name, dryRun, install, uninstall, status };
    }

    /// <summary>The least that does: who owns the data directories may run their programs; several owners take root.</summary>
    private static string Account(Settings settings)
    {
        if (OperatingSystem.IsWindows())
            return "LocalSystem";
        var owners = settings.Resources.Select(resource => resource.OsUser ?? Environment.UserName).Distinct(StringComparer.Ordinal).ToList();
        return owners is [var one] ? one : "root";
    }

    private static string MachineData() => OperatingSystem.IsWindows() ? Installation.DefaultData() : "/var/lib/pgworkflows";
}

/// <summary>Asks the platform's service manager for our own service.</summary>
internal static class ServiceStatusQuery
{
    public static Task<ServiceQuery> OfAsync(string name, CancellationToken cancellationToken)
    {
        var runner = new CommandRunner(TimeProvider.System);
        IServiceControl control = OperatingSystem.IsWindows() ? new ScServiceControl(runner) : new SystemdServiceControl(runner);
        return control.QueryAsync(new()
        {
            Name = name, Service = name, ServiceControl = control.Kind, DataDirectory = "", BinDirectory = "", Port = 0,
        }, cancellationToken);
    }
}
