using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using PgWorkflows.Persistence.Users;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Console.Tests;

/// <summary>The whole server on a free loopback port, with a data folder of its own.</summary>
internal sealed partial class TestServer : IDisposable
{
    public const string Password = "correct horse battery";

    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-console-tests-").FullName;
    private readonly WebApplicationFactory<FirstCredential> _factory;

    public TestServer(Resource? resource = null, TimeProvider? time = null, params IReadOnlyList<JsonObject> others)
        : this(null, resource, time, others)
    {
    }

    /// <param name="data">The data folder, where it is not to be one of the server's own.</param>
    public TestServer(string? data, Resource? resource, TimeProvider? time = null, params IReadOnlyList<JsonObject> others)
    {
        Data = data ?? Path.Combine(_folder, "data");
        File.WriteAllText(ConfigurationFile, new JsonObject
        {
            ["PgWorkflows"] = new JsonObject { [nameof(Data)] = Data, ["Resources"] = new JsonArray([.. resource is null ? [] : new[] { Entry(resource) }, .. others]) },
        }.ToJsonString());
        _factory = new WebApplicationFactory<FirstCredential>().WithWebHostBuilder(host =>
        {
            host.UseContentRoot(_folder);
            host.UseSetting("urls", "http://127.0.0.1:0");
            host.UseSetting("config", ConfigurationFile);
            if (time is not null)
                host.ConfigureServices(services => services.AddSingleton(time));
        });
        _factory.UseKestrel();
        _factory.StartServer();
        Address = _factory.ClientOptions.BaseAddress;
    }

    public Uri Address { get; }

    public string Data { get; }

    public string ConfigurationFile => Path.Combine(_folder, "server.json");

    public IServiceProvider Services => _factory.Services;

    /// <summary>A client that keeps cookies and follows nothing.</summary>
    public HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };

    public async Task<string> KeyAsync(Role role, string name = "test", int days = 1) =>
        await Services.GetRequiredService<ApiKeys>().CreateAsync(name, role, days, "test", CancellationToken.None);

    public async Task<HttpClient> KeyClientAsync(Role role)
    {
        var client = Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await KeyAsync(role));
        return client;
    }

    public async Task AddUserAsync(string name, Role role) => await Services.GetRequiredService<UserStore>().TryAddAsync(
        name, role.ToString(), Services.GetRequiredService<Passwords>().Hash(Password), Passwords.NewStamp(), "test", CancellationToken.None);

    public async Task<HttpClient> UserClientAsync(string name, Role role)
    {
        await AddUserAsync(name, role);
        var client = Client();
        using var answer = await PostAsync(client, "/sign-in", "/sign-in", ("name", name), ("password", Password));
        return (int)answer.StatusCode == 302 ? client : throw new InvalidOperationException($"{name} could not sign in: {answer.StatusCode}");
    }

    /// <summary>Sends a form as a browser does: with the token of the page and where it comes from.</summary>
    public static async Task<HttpResponseMessage> PostAsync(HttpClient client, string page, string action, params (string Name, string Value)[] fields)
    {
        var token = Token().Match(await client.GetStringAsync(page)).Groups[1].Value;
        return await SendAsync(client, action, [.. fields, ("antiforgery", token)]);
    }

    public static async Task<HttpResponseMessage> SendAsync(HttpClient client, string action, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var request = new HttpRequestMessage(HttpMethod.Post, action) { Content = content };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        return await client.SendAsync(request);
    }

    public void Dispose()
    {
        if (!Directory.Exists(_folder))
            return;
        _factory.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private static JsonObject Entry(Resource resource)
    {
        var entry = new JsonObject
        {
            ["name"] = resource.Name,
            ["serviceControl"] = "pg_ctl",
            ["dataDirectory"] = resource.DataDirectory,
            ["binDirectory"] = resource.BinDirectory,
            ["port"] = resource.Port,
            ["initialState"] = resource.InitialState.ToString(),
            ["probeLimit"] = "00:00:10",
            ["pollInterval"] = "00:00:00.5",
        };
        if (resource.OsUser is not null)
            entry["osUser"] = resource.OsUser;
        return entry;
    }

    [GeneratedRegex("name=\"antiforgery\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
