using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>
/// systemd through <c>systemctl</c>. Commands are handed over and not waited for; the query that follows tells how it goes on. An answer that systemd did
/// not give (no bus, no rights, no systemd) is no status, never "stopped".
/// </summary>
public sealed class SystemdServiceControl(ICommandRunner runner) : IServiceControl
{
    /// <inheritdoc/>
    public ServiceControlKind Kind => ServiceControlKind.Systemd;

    /// <inheritdoc/>
    public async Task<ServiceQuery> QueryAsync(Resource resource, CancellationToken cancellationToken)
    {
        var command = Command(resource, resource.QueryLimit, "show", "--no-pager", $"--property={SystemdUnit.Properties}");
        var result = await runner.RunAsync(command, cancellationToken);
        var unit = result.Succeeded ? SystemdUnit.Parse(result.Stdout) : null;
        var detail = unit?.Detail ?? (result.Succeeded ? "no readable status" : Refusal(result));
        return new(unit?.Status, result.Evidence, $"systemctl show: {detail}");
    }

    /// <inheritdoc/>
    public Task<ServiceCommandResult> StartAsync(Resource resource, CancellationToken cancellationToken) =>
        ChangeAsync(resource, "start", resource.StartLimit, cancellationToken);

    /// <inheritdoc/>
    public Task<ServiceCommandResult> StopAsync(Resource resource, CancellationToken cancellationToken) =>
        ChangeAsync(resource, "stop", resource.StopLimit, cancellationToken);

    private async Task<ServiceCommandResult> ChangeAsync(Resource resource, string verb, TimeSpan limit, CancellationToken cancellationToken)
    {
        // Nobody is there to be asked for a password.
        var result = await runner.RunAsync(Command(resource, limit, verb, "--no-block", "--no-ask-password"), cancellationToken);
        return new(result.Succeeded, result.Evidence, $"systemctl {verb}: {(result.Succeeded ? "accepted" : Refusal(result))}");
    }

    private static Command Command(Resource resource, TimeSpan limit, params ReadOnlySpan<string> arguments) =>
        new(resource.ServiceCommand ?? "systemctl", [.. arguments, "--", SystemdUnitName.Of(resource.Service)]) { Limit = limit };

    private static string Refusal(CommandResult result) => result.Output.Length > 0 ? result.Output : $"exit code {result.ExitCode}";
}

/// <summary>The names of units.</summary>
public static class SystemdUnitName
{
    private static readonly string[] OtherKinds = [".socket", ".target", ".timer", ".path", ".slice", ".scope", ".mount", ".automount", ".swap", ".device"];

    /// <summary>The full name: <c>postgresql@15-main</c> is <c>postgresql@15-main.service</c>.</summary>
    public static string Of(string service) => service.EndsWith(".service", StringComparison.Ordinal) ? service : service + ".service";

    /// <summary>What is wrong with a name, and the cure; null when nothing is.</summary>
    public static (string Problem, string Cure)? Check(string service)
    {
        if (OtherKinds.FirstOrDefault(kind => service.EndsWith(kind, StringComparison.Ordinal)) is { } kind)
            return ($"is a {kind[1..]} unit", "name the service that runs the server");
        if (service.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c is not (':' or '-' or '_' or '.' or '@' or '\\')) is var wrong && wrong != '\0')
            return ($"contains '{wrong}'", "a unit's name has letters, digits and : - _ . @ only, others escaped as systemd-escape does");
        return service.EndsWith('@') || service.EndsWith("@.service", StringComparison.Ordinal)
            ? ("is a template without an instance", "name the instance, as in postgresql@15-main") : null;
    }
}
