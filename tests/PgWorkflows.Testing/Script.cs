using System.Text;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Probes;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Testing;

/// <summary>A service manager, pg_ctl and a client that answer as they are told, in order; the last answer holds.</summary>
public class Script : IServiceControl, IProbe, ICommandRunner
{
    private readonly Queue<ServiceStatus?> _statuses;
    private readonly Queue<Deep> _checks;
    private Deep _check;

    public Script(ServiceStatus?[] statuses, bool starts = true, bool stops = true, params Deep[] checks) =>
        (_statuses, Starts, Stops, _checks) = (new(statuses), starts, stops, new(checks.Length == 0 ? [Deep.Good] : checks));

    public bool Starts { get; }

    public bool Stops { get; }

    /// <summary>What the server answers to the guarded profile's questions, in order; the last one holds.</summary>
    public Queue<ServerAnswer> Answers { get; init; } = new();

    /// <summary>Called when the service manager is asked, with what.</summary>
    public Action<string>? Asked { get; set; }

    /// <summary>What was asked of the service manager.</summary>
    public List<string> Commands { get; } = [];

    public ServiceControlKind Kind => ServiceControlKind.Sc;

    public ClientKind Client => ClientKind.Psql;

    public virtual Task<ServiceQuery> QueryAsync(Resource resource, CancellationToken cancellationToken)
    {
        Commands.Add("query");
        Asked?.Invoke("query");
        var status = _statuses.Count > 1 ? _statuses.Dequeue() : _statuses.Peek();
        return Task.FromResult(new ServiceQuery(status, new("sc query postgresql-x64-15", 0, status?.ToString() ?? "nothing readable"), $"sc query: {status}"));
    }

    public Task<ServiceCommandResult> StartAsync(Resource resource, CancellationToken cancellationToken) => CommandAsync("start", Starts);

    public Task<ServiceCommandResult> StopAsync(Resource resource, CancellationToken cancellationToken) => CommandAsync("stop", Stops);

    public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        _check = _checks.Count > 1 ? _checks.Dequeue() : _checks.Peek();
        var text = _check switch
        {
            Deep.StatusFails => "pg_ctl: no server running",
            Deep.StatusSaysNothing => "",
            Deep.PortMissing => "pg_ctl: server is running (PID: 7)\n/bin/postgres \"-D\" \"/data -p 99\"",
            Deep.PortDiffers => "pg_ctl: server is running (PID: 7)\n/bin/postgres \"-D\" \"/data\" \"-p\" \"5433\"",
            _ => "pg_ctl: server is running (PID: 7)\n/bin/postgres \"-D\" \"/data\" \"-p\" \"5432\"",
        };
        return Task.FromResult(new CommandResult
        {
            Command = command.Display,
            ExitCode = _check == Deep.StatusFails ? 3 : 0,
            StdoutBytes = Encoding.UTF8.GetBytes(text),
        });
    }

    public Task<ProbeResult> RunAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken)
    {
        var works = _check switch
        {
            Deep.GoodByFallback => kind == ProbeKind.DatabaseList,
            Deep.NoConnection => false,
            _ => true,
        };
        return Task.FromResult(new ProbeResult(works, new($"psql {kind}", works ? 0 : 2, works ? "rows" : $"{kind} refused")));
    }

    public Task<ServerAnswer> AskAsync(Resource resource, ProbeKind kind, CancellationToken cancellationToken) =>
        Task.FromResult(Answers.Count > 1 ? Answers.Dequeue() : Answers.Peek());

    private Task<ServiceCommandResult> CommandAsync(string verb, bool works)
    {
        Commands.Add(verb);
        Asked?.Invoke(verb);
        return Task.FromResult(new ServiceCommandResult(works, new($"sc {verb} postgresql-x64-15", works ? 0 : 5, works ? "" : "Access is denied."), $"sc {verb}"));
    }
}
