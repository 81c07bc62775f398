using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>The Windows service manager through <c>sc</c>, whose answers are read in any language.</summary>
public sealed class ScServiceControl(ICommandRunner runner) : IServiceControl
{
    /// <inheritdoc/>
    public ServiceControlKind Kind => ServiceControlKind.Sc;

    /// <inheritdoc/>
    public async Task<ServiceQuery> QueryAsync(Resource resource, CancellationToken cancellationToken)
    {
        var (result, output) = await RunAsync(resource, "query", resource.QueryLimit, cancellationToken);
        var detail = Detail("query", result, output);
        if (output.Status == ServiceStatus.Stopped && await RunsOnAsync(resource, cancellationToken))
            detail += $"; but pg_ctl status says that a server runs on in {resource.DataDirectory} without the service: pg_ctl stop ends it";
        return new(output.Status, Evidence(result, output), detail);
    }

    /// <inheritdoc/>
    public Task<ServiceCommandResult> StartAsync(Resource resource, CancellationToken cancellationToken) =>
        CommandAsync(resource, "start", resource.StartLimit, cancellationToken);

    /// <inheritdoc/>
    public Task<ServiceCommandResult> StopAsync(Resource resource, CancellationToken cancellationToken) =>
        CommandAsync(resource, "stop", resource.StopLimit, cancellationToken);

    private async Task<ServiceCommandResult> CommandAsync(Resource resource, string verb, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (result, output) = await RunAsync(resource, verb, limit, cancellationToken);

        // 0 means accepted, not done. "Already running" (1056) and "not active" (1062) are refusals: the query that follows tells.
        return new(result.Succeeded && output.Error is null, Evidence(result, output), Detail(verb, result, output));
    }

    private async Task<(CommandResult, ScOutput)> RunAsync(Resource resource, string verb, TimeSpan limit, CancellationToken cancellationToken)
    {
        string[] arguments = resource.ServiceHost is { } host ? [$@"\\{host}", verb, resource.Service] : [verb, resource.Service];
        var result = await runner.RunAsync(new(resource.ServiceCommand ?? UsualProgram, arguments) { Limit = limit, WritesForConsoles = true }, cancellationToken);
        return (result, ScOutput.Parse(result.StdoutBytes.Span, result.ExitCode));
    }

    /// <summary>
    /// pg_ctl's service gives up on a server that starts or stops slowly and says that it is stopped. The branch stays the service
    /// manager's word; whoever reads the run learns that it is half of the truth.
    /// </summary>
    private async Task<bool> RunsOnAsync(Resource resource, CancellationToken cancellationToken) =>
        resource.ServiceHost is null && PostmasterPidFile.Read(resource.DataDirectory) is not null
        && (await runner.RunAsync(PgCtl.Status(resource), cancellationToken)).Succeeded;

    private static CommandEvidence Evidence(CommandResult result, ScOutput output) => result.Evidence with { Reason = output.Reason };

    private static string Detail(string verb, CommandResult result, ScOutput output) => $"sc {verb}: {result.Reason ?? output.Detail}";

    private static string UsualProgram => OperatingSystem.IsWindows() ? Path.Combine(Environment.SystemDirectory, "sc.exe") : "sc";
}
