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
        var result = await RunAsync(resource, "query", resource.QueryLimit, cancellationToken);
        var output = ScOutput.Parse(result.StdoutBytes.Span, result.ExitCode);
        return new(output.Status, result.Evidence, Detail("query", result, output));
    }

    /// <inheritdoc/>
    public Task<ServiceCommandResult> StartAsync(Resource resource, CancellationToken cancellationToken) =>
        CommandAsync(resource, "start", resource.StartLimit, cancellationToken);

    /// <inheritdoc/>
    public Task<ServiceCommandResult> StopAsync(Resource resource, CancellationToken cancellationToken) =>
        CommandAsync(resource, "stop", resource.StopLimit, cancellationToken);

    private async Task<ServiceCommandResult> CommandAsync(Resource resource, string verb, TimeSpan limit, CancellationToken cancellationToken)
    {
        var result = await RunAsync(resource, verb, limit, cancellationToken);
        var output = ScOutput.Parse(result.StdoutBytes.Span, result.ExitCode);

        // 0 means accepted, not done. "Already running" (1056) and "not active" (1062) are refusals: the query that follows tells.
        return new(result.Succeeded && output.Error is null, result.Evidence, Detail(verb, result, output));
    }

    private Task<CommandResult> RunAsync(Resource resource, string verb, TimeSpan limit, CancellationToken cancellationToken) =>
        runner.RunAsync(new(resource.ServiceCommand ?? UsualProgram, verb, resource.Service) { Limit = limit }, cancellationToken);

    private static string Detail(string verb, CommandResult result, ScOutput output) => $"sc {verb}: {result.Reason ?? output.Detail}";

    private static string UsualProgram => OperatingSystem.IsWindows() ? Path.Combine(Environment.SystemDirectory, "sc.exe") : "sc";
}
