using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using PgWorkflows.Cli.Output;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Reports;
using Spectre.Console;

namespace PgWorkflows.Cli.Targets;

/// <summary>A server, asked with a key.</summary>
internal sealed partial class ServerTarget : ITarget
{
    /// <summary>Longer than the server waits for a run, so that it answers before we give up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;

    public ServerTarget(string server, string key)
    {
        if (!Uri.TryCreate(server.TrimEnd('/') + "/api/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CliException(ExitCodes.Usage, $"--server is '{server}'. Give an address such as https://db1.example:5480.");
        Place = server;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address, Timeout = Patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public string Place { get; }

    public async Task<RunReport> RunAsync(string resource, ResourceAction action, CliOutput output, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"resources/{Uri.EscapeDataString(resource)}/actions/{action.Name}?wait=30", cancellationToken);
        var run = await ReadAsync<RunReport>(answer, cancellationToken);
        if (run.IsRunning && !output.IsJson)
            output.Talk.MarkupLineInterpolated($"Run {run.Id} goes on at {Place}.");
        while (run.IsRunning)
        {
            // The run is the server's: leaving here by Ctrl+C does not end it.
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
            run = await RunAsync(run.Id, cancellationToken);
        }

        return run;
    }

    public async Task SetStateAsync(string resource, ResourceState state, CancellationToken cancellationToken)
    {
        using var body = JsonContent.Create(new { state = state.ToString() });
        await body.LoadIntoBufferAsync(cancellationToken);
        using var answer = await SendAsync(HttpMethod.Put, $"resources/{Uri.EscapeDataString(resource)}/state", cancellationToken, body);
        await ReadAsync<JsonElement>(answer, cancellationToken);
    }

    public async Task<IReadOnlyList<ConfigurationProblem>> ProblemsAsync(CancellationToken cancellationToken) => await GetAsync<ConfigurationProblem[]>("problems", cancellationToken);

    public async Task<IReadOnlyList<ResourceReport>> ResourcesAsync(CancellationToken cancellationToken) => await GetAsync<ResourceReport[]>("resources", cancellationToken);

    public async Task<ResourceReport> ResourceAsync(string name, CancellationToken cancellationToken) =>
        (await ResourcesAsync(cancellationToken)).FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw Unknown(name);

    public async Task<IReadOnlyList<RunSummary>> RunsAsync(string? resource, int most, CancellationToken cancellationToken) =>
        await KnownAsync(await GetAsync<RunSummary[]>($"runs?last={most}{Of(resource)}", cancellationToken), resource, cancellationToken);

    public Task<RunReport> RunAsync(string id, CancellationToken cancellationToken) => GetAsync<RunReport>($"runs/{Uri.EscapeDataString(id)}", cancellationToken);

    public async Task<IReadOnlyList<EventReport>> EventsAsync(string? resource, int most, CancellationToken cancellationToken) =>
        await KnownAsync(await GetAsync<EventReport[]>($"events?last={most}{Of(resource)}", cancellationToken), resource, cancellationToken);

    public async Task<IReadOnlyList<MaintenanceMode>> MaintenanceAsync(CancellationToken cancellationToken) => await GetAsync<MaintenanceMode[]>("maintenance", cancellationToken);

    public async Task<MaintenanceMode> BeginMaintenanceAsync(string resource, MaintenanceRequest request, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(new { request.Reason, For = $"{request.Span.TotalMinutes:0}m" }, options: JsonSerializerOptions.Web);
        using var answer = await SendAsync(HttpMethod.Put, MaintenanceOf(resource), cancellationToken, content);
        return (await ReadAsync<ResourceMaintenance>(answer, cancellationToken)).Maintenance ?? throw Strange(answer);
    }

    public async Task EndMaintenanceAsync(string resource, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Delete, MaintenanceOf(resource), cancellationToken);
        await ReadAsync<ResourceMaintenance>(answer, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private static string MaintenanceOf(string resource) => $"resources/{Uri.EscapeDataString(resource)}/maintenance";

    private static string Of(string? resource) => resource is null ? "" : "&resource=" + Uri.EscapeDataString(resource);

    private async Task<T[]> KnownAsync<T>(T[] found, string? resource, CancellationToken cancellationToken)
    {
        if (found.Length == 0 && resource is not null
            && (await ResourcesAsync(cancellationToken)).All(known => !known.Name.Equals(resource, StringComparison.OrdinalIgnoreCase)))
            throw Unknown(resource);
        return found;
    }

    private CliException Unknown(string resource) => new(ExitCodes.UnknownResource, $"{Place}: there is no resource '{resource}'.");

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, cancellationToken);
        return await ReadAsync<T>(answer, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken, HttpContent? body = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body };
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException e) when (method != HttpMethod.Get && e.HttpRequestError is not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError))
        {
            throw new CliException(ExitCodes.Unreachable, $"The connection to {Place} was lost after the request was sent: what was asked for may have been begun and may go on. Look with: pgw history --server {Place}");
        }
        catch (HttpRequestException e)
        {
            throw new CliException(ExitCodes.Unreachable, $"{Place} cannot be reached: {(e.InnerException ?? e).Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.Unreachable, $"{Place} does not answer within {Patience.TotalSeconds} s.");
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType == "application/json")
            return await answer.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellationToken) ?? throw Strange(answer);

        var problem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? await answer.Content.ReadFromJsonAsync<Problem>(JsonSerializerOptions.Web, cancellationToken) : null;
        var detail = problem?.Detail ?? "";
        throw (answer.StatusCode, problem?.Field) switch
        {
            (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => new CliException(ExitCodes.Refused, $"{Place} refuses: {detail}"),
            (HttpStatusCode.NotFound or HttpStatusCode.Conflict, "definition") => new CliException(ExitCodes.UnknownDefinition, $"{Place}: {detail}"),
            (HttpStatusCode.UnprocessableEntity, "definition") => new CliException(ExitCodes.InvalidDefinition, $"{Place}: {detail}"),
            (HttpStatusCode.NotFound, "name") => new CliException(ExitCodes.UnknownResource, $"{Place}: {detail}"),
            (HttpStatusCode.NotFound or HttpStatusCode.Conflict, "id") => new CliException(ExitCodes.UnknownRun, $"{Place}: {detail}"),
            (HttpStatusCode.ServiceUnavailable, _) when detail.Length > 0 => new CliException(ExitCodes.History, $"{Place}: {detail}"),
            (HttpStatusCode.Conflict, _) => new CliException(ExitCodes.Busy, $"{Place}: {detail}"),
            (HttpStatusCode.BadRequest, not null) => new CliException(ExitCodes.Usage, $"{Place}: {detail}"),
            _ => Strange(answer),
        };
    }

    private CliException Strange(HttpResponseMessage answer) =>
        new(ExitCodes.Unreachable, $"{Place} does not answer as a PgWorkflows server does ({(int)answer.StatusCode} {answer.ReasonPhrase}).");

    private sealed record ResourceMaintenance(string Resource, MaintenanceMode? Maintenance);

    private sealed record Problem(string? Detail, string? Field);
}
