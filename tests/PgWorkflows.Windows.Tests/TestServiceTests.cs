using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Runtime;

namespace PgWorkflows.Windows.Tests;

/// <summary>A service that does what it is told, in every state that the service manager knows and through every refusal that Wine has.</summary>
[Collection(WindowsLabCollection.Name)]
public sealed class TestServiceTests(WindowsLab lab)
{
    private static int _services;

    private readonly ScServiceControl _control = new(new CommandRunner(TimeProvider.System));

    public static TheoryData<ServiceStatus, string, string[], string, int[]> States => new()
    {
        { ServiceStatus.Stopped, "", [], "Failed 1 ISP", [113544] },
        { ServiceStatus.StartPending, "start-delay=60", ["start"], "Failed 1 ISP", [113544] },
        { ServiceStatus.StopPending, "stop-delay=60", ["start", "stop"], "Failed 1 ISP", [113544] },
        { ServiceStatus.Running, "", ["start"], "Succeeded 0 ISP", [] },
        { ServiceStatus.PausePending, "pausable pause-delay=60", ["start", "pause"], "Failed 1 ISP", [113544] },
        { ServiceStatus.Paused, "pausable", ["start", "pause"], "Succeeded 0 ISP", [113543] },
    };

    [Theory, MemberData(nameof(States))]
    public async Task Every_state_is_read_in_every_language_and_judged_by_quickCheck(ServiceStatus status, string behaviour, string[] verbs, string end, int[] events)
    {
        var service = await CreateAsync(behaviour);
        foreach (var verb in verbs)
            await DriveAsync(verb, service);
        await SettlesAsync(service, status);

        await ReadsAsync(service, status);
        using var main = new Supervised(Resource(service));
        (await main.RunAsync(ResourceAction.QuickCheck)).Is(end, events);
    }

    [Fact]
    public async Task The_way_back_from_a_pause_is_a_state_of_its_own()
    {
        var service = await CreateAsync("pausable pause-delay=6");
        await DriveAsync("start", service);
        await SettlesAsync(service, ServiceStatus.Running);
        await DriveAsync("pause", service);
        await SettlesAsync(service, ServiceStatus.Paused);
        await DriveAsync("continue", service);

        await ReadsAsync(service, ServiceStatus.ContinuePending);
        await SettlesAsync(service, ServiceStatus.Running);
    }

    public static TheoryData<string, string, string[], ServiceStatus?, string> Refusals => new()
    {
        { "start", "missing", [], null, "1060 ERROR_SERVICE_DOES_NOT_EXIST" },
        { "stop", "missing", [], null, "1060 ERROR_SERVICE_DOES_NOT_EXIST" },
        { "start", "disabled", [], ServiceStatus.Stopped, "1058 ERROR_SERVICE_DISABLED" },
        { "start", "no-program", [], ServiceStatus.Stopped, "2 ERROR_FILE_NOT_FOUND" },
        { "start", "", ["start"], ServiceStatus.Running, "1056 ERROR_SERVICE_ALREADY_RUNNING" },
        { "start", "start-delay=60", ["start"], ServiceStatus.StartPending, "1056 ERROR_SERVICE_ALREADY_RUNNING" },
        { "start", "stop-delay=60", ["start", "stop"], ServiceStatus.StopPending, "1056 ERROR_SERVICE_ALREADY_RUNNING" },
        { "start", "pausable", ["start", "pause"], ServiceStatus.Paused, "1056 ERROR_SERVICE_ALREADY_RUNNING" },
        { "stop", "", [], ServiceStatus.Stopped, "1062 ERROR_SERVICE_NOT_ACTIVE" },
        { "stop", "stop-delay=60", ["start", "stop"], ServiceStatus.StopPending, "1061 ERROR_SERVICE_CANNOT_ACCEPT_CTRL" },
        { "stop", "nostop", ["start"], ServiceStatus.Running, "1052 ERROR_INVALID_SERVICE_CONTROL" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public async Task A_refusal_is_named_in_every_language(string verb, string behaviour, string[] verbs, ServiceStatus? before, string reason)
    {
        var service = await CreateAsync(behaviour);
        foreach (var earlier in verbs)
            await DriveAsync(earlier, service);
        await SettlesAsync(service, before);

        foreach (var command in new[] { "labsc", "labsc-de", "labsc-fr", "labsc-ja", "labsc-ru", "labsc-zh" })
        {
            var resource = Resource(service, command);
            var result = verb == "start"
                ? await _control.StartAsync(resource, TestContext.Current.CancellationToken)
                : await _control.StopAsync(resource, TestContext.Current.CancellationToken);

            Assert.Equal((false, reason), (result.Succeeded, result.Evidence.Reason));
        }
    }

    [Theory]
    [InlineData("disabled", "1058 ERROR_SERVICE_DISABLED")]
    [InlineData("no-program", "2 ERROR_FILE_NOT_FOUND")]
    [InlineData("no-report", "1053 ERROR_SERVICE_REQUEST_TIMEOUT")]
    public async Task A_start_that_is_refused_is_113005_with_the_error(string behaviour, string reason)
    {
        var service = await CreateAsync(behaviour);
        using var main = new Supervised(Resource(service));

        var seen = (await main.RunAsync(ResourceAction.Restore)).Is("Failed 2 OSF", 113504, 113005, 113501);

        Assert.EndsWith($"The command [labsc start {service}] failed. ({reason})", seen.Texts[1], StringComparison.Ordinal);
        Assert.Contains(seen.Steps, step => step.StartsWith($"(3) sc start: {service} did not accept the start (sc start: {reason}: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_that_is_refused_is_113007_with_the_error()
    {
        var service = await CreateAsync("nostop");
        await DriveAsync("start", service);
        await SettlesAsync(service, ServiceStatus.Running);
        using var main = new Supervised(Resource(service));

        var seen = (await main.RunAsync(ResourceAction.Remove)).Is("Failed 2 OSF", 113524, 113007, 113521);

        Assert.EndsWith("failed. (1052 ERROR_INVALID_SERVICE_CONTROL)", seen.Texts[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fail=1067", "1 STOPPED, ended with 1067 ERROR_PROCESS_ABORTED")]
    [InlineData("svcfail=42", "1 STOPPED, ended with its own code 42")]
    public async Task A_start_that_fails_later_ends_stopped_and_says_with_which_code(string behaviour, string detail)
    {
        var service = await CreateAsync(behaviour + " start-delay=1");
        using var main = new Supervised(Resource(service));

        var seen = (await main.RunAsync(ResourceAction.Restore)).Is("Failed 1 OSF", 113504, 113501);

        Assert.Contains(seen.Steps, step => step.Contains(detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_never_gets_there_is_given_up_with_113006_and_113008()
    {
        var starting = await CreateAsync("start-delay=60");
        using var one = new Supervised(Resource(starting) with { PollRepeats = 2 });
        (await one.RunAsync(ResourceAction.Restore)).Is("Failed 3 OSF", 113504, 113006, 113501);

        var stopping = await CreateAsync("stop-delay=60");
        await DriveAsync("start", stopping);
        await SettlesAsync(stopping, ServiceStatus.Running);
        using var two = new Supervised(Resource(stopping) with { PollRepeats = 2 });
        (await two.RunAsync(ResourceAction.Recover)).Is("Failed 3 OSF", 113584, 113008, 113581);
    }

    private async Task ReadsAsync(string service, ServiceStatus status)
    {
        foreach (var command in new[] { "sc", "labsc", "labsc-de", "labsc-es", "labsc-fr", "labsc-ja", "labsc-pt", "labsc-ru", "labsc-zh" })
        {
            var query = await _control.QueryAsync(Resource(service, command), TestContext.Current.CancellationToken);
            Assert.Equal((command, status), (command, query.Status));
        }
    }

    private Resource Resource(string service, string command = "labsc") =>
        lab.Postgres(command) with { Service = service, DataDirectory = "/nowhere", InitialState = ResourceState.ISP };

    /// <summary>Makes a service of a name that is no word for a shell.</summary>
    private async Task<string> CreateAsync(string behaviour)
    {
        var name = $"lab & %PATH% 'test' {Interlocked.Increment(ref _services)}";
        var program = behaviour == "no-program" ? @"C:\nothing.exe" : $@"C:\labsvc.exe ""{name}"" {(behaviour == "no-report" ? "noreport" : behaviour)}";
        if (behaviour != "missing")
            await lab.RunAsync("labsc", "create", name, "binPath=", program, "start=", behaviour == "disabled" ? "disabled" : "demand");
        return name;
    }

    private Task<string> DriveAsync(string verb, string service) => verb is "start" or "continue"
        ? lab.RunAsync("labsc", verb, service)
        : AfterRunningAsync(verb, service);

    private async Task<string> AfterRunningAsync(string verb, string service)
    {
        await SettlesAsync(service, ServiceStatus.Running);
        return await lab.RunAsync("labsc", verb, service);
    }

    /// <summary>Services live in real time: looks every 50 ms, for 20 s at most.</summary>
    private async Task SettlesAsync(string service, ServiceStatus? status)
    {
        ServiceQuery? query = null;
        for (var attempt = 0; attempt < 400 && (query is null || query.Status != status); attempt++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            query = await _control.QueryAsync(Resource(service), TestContext.Current.CancellationToken);
        }

        Assert.Equal(status, query?.Status);
    }
}
